import { load } from '../../../../bench/machine/dist.mjs'
import { unsafeIn } from '../messages.mjs'

const { addKey } = await load('operations/keys/add-key.js')
const { EntryType } = await load('format/entry.js')

const nasty = '\x1b]0;title\x07\x1b[2J\x1b[31mred\r\n\u202eevil\u2066\u200b\u2028\x9b1A\x7f'
const latin1 = (text) => Buffer.from(text).toString('latin1')
const name = latin1(nasty.replaceAll('/', ''))

/** None of these may bring a terminal a character that it would act upon. */
const quiet = async (scene, ...commands) => {
  for (const command of commands) {
    const { stdout, stderr } = await scene.varve(command)
    for (const [what, text] of [
      ['output', stdout],
      ['errors', stderr],
    ])
      scene.expect(
        !unsafeIn(text),
        `varve ${command.join(' ')}: unsafe ${what}: ${JSON.stringify(text.slice(0, 300))}`,
      )
  }
}

export const namesOfFiles = async (scene) => {
  await scene.repository.snapshot({
    [name]: 'content',
    [`${name}dir/${name}`]: 'content',
    [`link${name}`]: { type: EntryType.symlink, content: name, mode: 0o777 },
  })
  await scene.repository.snapshot({ [`other${name}`]: 'content' })
  await quiet(scene, ['ls', 'latest'], ['ls', '-l', '--recursive', 'latest'], ['find', '*'], ['stats'])
  const [first, second] = scene.names('snapshots').map((snapshot) => snapshot.slice(10))
  await quiet(scene, ['diff', first, second], ['restore', first, '--target', scene.target, '--verbose'])
}

export const hostsTagsAndPaths = async (scene) => {
  await scene.repository.snapshot({ a: 'a' }, { host: nasty, tags: [nasty], paths: [name], program: nasty })
  await quiet(
    scene,
    ['snapshots'],
    ['snapshots', '--host', nasty],
    ['check'],
    ['restore', 'latest', '--target', scene.target],
  )
}

export const labelsOfKeys = async (scene) => {
  await addKey(scene.store, {
    secret: { kind: 'recovery', secret: Buffer.alloc(32, 3) },
    label: nasty.slice(0, 60),
  })
  await quiet(scene, ['key', 'list'])
}

export const referencesAndPathsOfTheUser = async (scene) => {
  await scene.repository.snapshot({ a: 'a' })
  const given = nasty.replaceAll('\0', '')
  await quiet(
    scene,
    ['cat', `latest:${given}`],
    ['cat', given],
    ['ls', `latest:${given}`],
    ['restore', given, '--target', given],
    ['find', given],
    [given],
    ['check', `--${given}`],
  )
}

export const damageInPathsOfEvil = async (scene) => {
  await scene.repository.snapshot({ [name]: Buffer.alloc(5000, 1), [`d${name}/x`]: Buffer.alloc(5000, 2) })
  for (const pack of scene.names('packs')) {
    const bytes = Buffer.from(scene.bytesOf(pack))
    bytes[100] ^= 1
    scene.put(pack, bytes)
  }
  await quiet(
    scene,
    ['check', '--read-data'],
    ['restore', 'latest', '--target', scene.target],
    ['ls', 'latest'],
  )
}

export const machineReadableOutput = async (scene) => {
  await scene.repository.snapshot({ [name]: 'content' }, { host: nasty, tags: [nasty] })
  for (const command of [
    ['snapshots', '--json'],
    ['ls', 'latest', '--json'],
    ['find', '*', '--json'],
  ]) {
    const { stdout } = await scene.varve(command)
    for (const line of stdout.split('\n').filter((text) => text !== '')) {
      try {
        JSON.parse(line)
      } catch {
        scene.expect(false, `varve ${command.join(' ')}: no JSON: ${JSON.stringify(line.slice(0, 200))}`)
      }
    }
  }
}
