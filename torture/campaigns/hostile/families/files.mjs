import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { writeToDisk } from '../command-line.mjs'

/** What the owner of a local folder can put in the place of an object's file. The command line must end, and say what is wrong. */
const inPlaceOf = async (
  scene,
  name,
  make,
  commands = [['snapshots'], ['check', '--read-data'], ['cat', 'latest:file']],
) => {
  await scene.repository.snapshot({ file: 'content' })
  const folder = await writeToDisk(scene)
  const path = join(folder, layoutOf(name === undefined ? scene.names('packs')[0] : name(scene)))
  rmSync(path)
  make(path)
  let isTold = false
  for (const command of commands) {
    const { code, stderr, stdout } = await scene.varve(command)
    if (code !== 0) isTold = true
    scene.expect(
      code === 0 || /^varve: |damage|"message"/im.test(stderr + stdout),
      `varve ${command[0]} said nothing: ${stderr}`,
    )
    scene.expect(!stderr.includes('mistake in varve'), `varve ${command[0]}: ${stderr}`)
  }
  scene.expect(isTold, 'nobody was told')
}

const layoutOf = (name) => name.replace(/^packs\/(..)/, 'packs/$1/$1')

const sparse = (sizeBytes) => (path) => {
  execFileSync('truncate', ['-s', String(sizeBytes), path])
  truncateSync(path, sizeBytes)
}

const huge = 20 * 2 ** 30
const snapshotOf = (scene) => scene.names('snapshots')[0]
const indexOf = (scene) => scene.names('index')[0]
const slotOf = (scene) => scene.names('keys')[0]

export const configOfTwentyGigabytes = (scene) => inPlaceOf(scene, () => 'config', sparse(huge), [['check']])
export const slotOfTwentyGigabytes = (scene) => inPlaceOf(scene, slotOf, sparse(huge))
export const keyringOfTwentyGigabytes = (scene) =>
  inPlaceOf(scene, () => 'keyring/00000001.a', sparse(huge), [['check']])
export const snapshotOfTwentyGigabytes = (scene) => inPlaceOf(scene, snapshotOf, sparse(huge))
export const indexOfTwentyGigabytes = (scene) => inPlaceOf(scene, indexOf, sparse(huge))
export const packOfTwentyGigabytes = (scene) => inPlaceOf(scene, undefined, sparse(huge))
export const snapshotOfAGigabyte = (scene) => inPlaceOf(scene, snapshotOf, sparse(2 ** 30))
export const indexOfAGigabyte = (scene) => inPlaceOf(scene, indexOf, sparse(2 ** 30))
export const configThatIsADirectory = (scene) =>
  inPlaceOf(
    scene,
    () => 'config',
    (path) => mkdirSync(path),
    [['check']],
  )
export const snapshotThatIsAPipe = (scene) =>
  inPlaceOf(scene, snapshotOf, (path) => execFileSync('mkfifo', [path]))
export const snapshotThatIsALinkToZeros = (scene) =>
  inPlaceOf(scene, snapshotOf, (path) => symlinkSync('/dev/zero', path))
export const packThatIsALinkToItself = (scene) =>
  inPlaceOf(scene, undefined, (path) => symlinkSync(path, path))
