import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ended, Place, type RunOptions } from './varve.js'

let place: Place

/** With a key file: a password would take a third of a second each time. */
const varve = (args: readonly string[], on = place, options: RunOptions = {}): Promise<Ended> =>
  on.run(['-r', on.repository, '--key-file', on.at('key'), ...args], options)

beforeAll(async () => {
  place = new Place()
  mkdirSync(place.at('source'))
  writeFileSync(place.at('source', 'file'), 'content')
  expect((await varve(['init'])).code).toBe(0)
  expect((await varve(['backup', '.'], place, { directory: place.at('source') })).code).toBe(0)
})
afterAll(() => place[Symbol.dispose]())

test.each([
  [['backup', '--files-from', 'no-list'], 'no-list', '--files-from'],
  [
    ['backup', '--exclude-file', 'no-patterns', 'source'],
    'no-patterns cannot be read: no such file',
    'Check',
  ],
  [
    ['backup', '--exclude-file', '/', 'source'],
    '/ cannot be read: illegal operation on a directory',
    'Check',
  ],
  [['backup', '--host', '', 'source'], 'the name of the host is empty', '--host NAME'],
  [['check', '--read-data', '--read-data-subset', '5%'], '--read-data asks for all data', 'one of the two'],
  [['backup', '--exclude-larger-than', 'x', 'source'], "'x' is not a size", 'varve COMMAND --help'],
  [['backup', '--time', 'x', 'source'], "'x' is not a time", 'varve COMMAND --help'],
  [['--workers', '0', 'check'], "--workers: '0'", 'varve COMMAND --help'],
  [['restore', 'latest', '-t', 'x', '--overwrite', 'maybe'], "'maybe' is none of", 'varve COMMAND --help'],
  [['backup', 'never-there'], 'never-there: there is no such file', 'Check the path'],
  [['cat', 'latest:nothing'], 'has no entry nothing', 'varve ls'],
  [['restore', 'latest:nothing', '-t', 'x'], 'has no entry nothing', 'varve ls'],
  [['diff', 'latest', 'latest', 'nothing'], 'has no entry nothing', 'varve ls'],
  [
    ['cat', 'latest:'],
    /^varve: the root of snapshot [0-9a-f]{8} is a directory/,
    /varve ls [0-9a-f]{8} lists/,
  ],
  [['init', '-r', 'source'], 'source is not empty', 'empty folder'],
  // mkdir(2) says ENOENT there, and Node's recursive mkdir would go on for ever.
  [['init', '-r', '/proc/nothing/here'], '/proc/nothing/here', 'Check'],
  [
    ['restore', 'latest', '-t', '/proc/nothing/here'],
    '/proc/nothing/here cannot be made: no such',
    'another',
  ],
] as const)('%j is told with the thing and the next step', async (args, thing, step) => {
  const { code, stderr } = await varve(args)
  expect(code).toBe(1)
  const [first = '', second = ''] = stderr.split('\n')
  expect(first).toMatch(thing)
  expect(second).toMatch(step)
})

test('where the folders of the cache cannot be made, a backup says so and is made', async () => {
  const ended = await varve(['--cache-dir', '/proc/nothing/here', 'backup', place.at('source')])
  expect(ended.stderr).toMatch(/^warning: the cache folder \/proc\/nothing\/here/)
  expect(ended.code).toBe(0)
})

test.each(['--password-file', '--key-file', '--recovery-key-file'])(
  'a %s that is missing is told with the next step',
  async (flag) => {
    const { code, stderr } = await place.run(['-r', place.repository, flag, 'no-secret', 'snapshots'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/no-secret cannot be read: there is no such file\nName a file that holds/)
  },
)

test('a path that was never there is called missing, and not vanished', async () => {
  const ended = await varve(['backup', 'source', 'never-there'])
  expect(ended.code).toBe(3)
  expect(ended.stderr).toBe('missing: never-there: there is no such file or directory\n')
})

test('stdout has nothing but data where matches, differences and sizes are printed for programs', async () => {
  for (const [args, types] of [
    [['find', 'file'], ['match']],
    [['stats'], ['summary']],
    [['diff', 'latest', 'latest'], ['statistics']],
  ] as const) {
    const { stdout } = await varve(['--json', ...args])
    const told = stdout.split('\n').filter((line) => line !== '')
    expect([...new Set(told.map((line) => JSON.parse(line).message_type))]).toEqual(types)
  }
})

test('device nodes are listed with their numbers', async () => {
  const source = place.at('devices')
  mkdirSync(source)
  if (spawnSync('mknod', [join(source, 'null'), 'c', '1', '3']).status !== 0)
    return console.warn('skipped: needs the right to make device nodes')
  await varve(['backup', '.'], place, { directory: source })
  expect((await varve(['ls', '-l', 'latest'])).stdout).toMatch(/^crw.* 1, 3 .*null\n$/)
  const { stdout } = await varve(['ls', '--json', 'latest'])
  expect(JSON.parse(stdout.split('\n')[1]!)).toMatchObject({ device_major: 1, device_minor: 3 })
})

test('damage is told with the command that mends it', async () => {
  using other = new Place()
  mkdirSync(other.at('source'))
  writeFileSync(other.at('source', 'file'), 'content')
  await varve(['init'], other)
  await varve(['backup', 'source'], other)
  const [index] = readdirSync(join(other.repository, 'index'))
  truncateSync(join(other.repository, 'index', index!), 50)
  const named = await varve(['check'], other)
  expect(named.code).toBe(1)
  expect(named.stdout).toMatch(/Next: `varve repair index`/)
  expect((await varve(['repair', 'index'], other)).code).toBe(0)
  expect((await varve(['check'], other)).code).toBe(0)
  const [folder] = readdirSync(join(other.repository, 'packs'))
  const packs = join(other.repository, 'packs', folder!)
  truncateSync(join(packs, readdirSync(packs)[0]!), 60)
  const torn = await varve(['check', '--json'], other)
  const [damage] = torn.stderr
    .split('\n')
    .map((line) => JSON.parse(line || '{}'))
    .filter(({ object }) => object)
  expect(damage.hint).toMatch(/varve repair packs/)
})

test('where no entry of a snapshot is lost, a restore that differs says how to go on', async () => {
  const target = place.at('in-the-way')
  mkdirSync(join(target, 'file', 'below'), { recursive: true })
  const [first] = JSON.parse((await varve(['snapshots', '--json'])).stdout) as { id: string }[]
  const ended = await varve(['restore', first!.id, '-t', target, '--overwrite', 'always'])
  expect(ended.code).toBe(1)
  expect(ended.stderr).toMatch(/^target: file: a directory that is not empty/)
  expect(ended.stdout).toMatch(/^Next: move what is in the way/m)
})

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const hasScript = spawnSync('script', ['--version']).status === 0

test.skipIf(!hasScript).each([
  ['answered', 'wrong\r', 'that is not the password'],
  ['refused with Ctrl-C', '\x03', 'no password was given'],
])('what follows a password question on a terminal begins a line of its own (%s)', async (_, typed, next) => {
  const command = `${process.execPath} ${main} -r ${place.repository} snapshots`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { PATH: process.env.PATH, HOME: place.at('home'), XDG_CACHE_HOME: place.at('cache') },
  })
  let shown = ''
  // Keys are typed once the question stands there: before, the terminal would make a signal of Ctrl-C.
  child.stdout.on('data', (bytes: Buffer) => {
    if (!shown.includes('Password for') && `${shown}${bytes}`.includes('Password for'))
      child.stdin.write(typed)
    shown += bytes
    if (shown.includes(next)) child.kill()
  })
  await once(child, 'close')
  expect(shown).toMatch(new RegExp(`Password for [^\\n]*: \\r?\\n[^\\n]*${next}`))
})

test('a check that was killed leaves nothing that the next one does not clear', async () => {
  const [id] = readdirSync(place.at('cache', 'varve'))
  const cache = place.at('cache', 'varve', id!)
  const killed = spawnSync('true').pid
  const host = readFileSync('/proc/sys/kernel/hostname', 'utf8').trim()
  const { createHash } = await import('node:crypto')
  const mark = createHash('sha256').update(host).digest('hex').slice(0, 8)
  mkdirSync(join(cache, `check-${mark}-${killed}-0123456789abcdef`, 'runs'), { recursive: true })
  expect((await varve(['check'])).code).toBe(0)
  expect(readdirSync(cache).filter((name) => name.startsWith('check-'))).toEqual([])
  rmSync(cache, { recursive: true })
})
