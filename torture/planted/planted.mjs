import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { newFolder, removeFolder } from '../trees/work-place.mjs'
import { bugs } from './bugs.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const golden = join(root, 'fixtures/golden-v1')

/**
 * Puts each planted bug into a copy of the built program, and runs the campaigns that are to catch it.
 * @returns {(readonly [string, string, string])[]} for each bug: what it is, who caught it, what was said
 */
export const runPlanted = ({ seed, seconds, log }) =>
  bugs.map((bug) => {
    const { by, story } = caught(bug, seed, seconds)
    log(`${bug.what}: ${by}`)
    return [bug.what, by, story]
  })

const caught = (bug, seed, seconds) => {
  const folder = newFolder('planted')
  try {
    const dist = join(folder, 'dist')
    cpSync(join(root, 'dist'), dist, { recursive: true })
    cpSync(join(root, 'package.json'), join(folder, 'package.json'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    plant(bug, dist)
    for (const campaign of bug.by) {
      const story = campaign === 'golden' ? checkGolden(folder, dist) : attack(campaign, dist, seed, seconds)
      if (story !== undefined) return { by: campaign, story }
    }
    return { by: 'NOBODY', story: '' }
  } finally {
    removeFolder(folder)
  }
}

/** In the module, and in the files of the command line into which the build has gathered it. */
const plant = ({ changes }, dist) => {
  for (const change of changes) makeChange(change, dist)
}

const makeChange = ({ file, from, to }, dist) => {
  const gathered = readdirSync(join(dist, 'cli')).map((name) => `cli/${name}`)
  const planted = [file, ...gathered].filter((name) => replaceIn(join(dist, name), from, to))
  if (planted[0] !== file)
    throw new Error(`${file} has no ${JSON.stringify(from)}: the planted bug is out of date`)
}

const replaceIn = (path, from, to) => {
  const code = readFileSync(path, 'utf8')
  if (!code.includes(from)) return false
  writeFileSync(path, code.replace(from, to))
  return true
}

/** What the campaign's first failure says, but for those of a busy machine; undefined if it found nothing. */
const attack = (campaign, dist, seed, seconds) => {
  const words = ['--only', campaign, '--seed', String(seed), '--seconds', String(seconds), '--quiet']
  const env = { ...process.env, VARVE_DIST: pathToFileURL(`${dist}/`).href }
  const { stdout } = spawnSync(process.execPath, [join(root, 'torture/torture.mjs'), ...words], {
    env,
    encoding: 'utf8',
  })
  return stdout
    .split('\n')
    .find((line) => line.startsWith(`${campaign} failed: `) && !/ took [\d.]+ s$/.test(line))
}

const checkGolden = (folder, dist) => {
  const { keyFile } = JSON.parse(readFileSync(`${golden}.json`, 'utf8'))
  const keyPath = join(folder, 'key')
  writeFileSync(keyPath, `${keyFile}\n`, { mode: 0o600 })
  mkdirSync(join(folder, 'cache'))
  const global = ['-r', golden, '--key-file', keyPath, '--cache-dir', join(folder, 'cache')]
  const words = [join(dist, 'cli/main.js'), ...global, 'check', '--read-data']
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  return status === 0 ? undefined : (stderr || stdout).split('\n').find((line) => line !== '')
}
