import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { encodeRecord } from '../../src/format/record.js'
import { Place } from './varve.js'

// Each case names the thing and the next step, ends with its documented exit code, and prints no stack trace.
const expectToldWell = ({ stderr }: { stderr: string }, named: string | RegExp): void => {
  expect(stderr).toMatch(named)
  expect(stderr).not.toMatch(/\n\s+at .*\(.*:\d+:\d+\)/)
}

let place: Place
let snapshot: string

beforeAll(async () => {
  place = new Place()
  mkdirSync(place.at('source'))
  writeFileSync(place.at('source', 'file'), 'content')
  expect((await place.varve(['init'])).code).toBe(0)
  const made = await place.varve(['backup', '--json', '.'], { directory: place.at('source') })
  snapshot = /"snapshot_id":"([0-9a-f]+)"/.exec(made.stdout)![1]!
  return () => place[Symbol.dispose]()
})

test('a wrong password ends with 12', async () => {
  writeFileSync(place.at('wrong'), 'wrong\n')
  const ended = await place.run(['-r', place.repository, '--password-file', place.at('wrong'), 'snapshots'])
  expect(ended.code).toBe(12)
  expectToldWell(ended, /password/)
})

test('a repository that is not there ends with 10, and its name is told', async () => {
  const ended = await place.run([
    '-r',
    place.at('nowhere'),
    '--password-file',
    place.passwordFile,
    'snapshots',
  ])
  expect(ended.code).toBe(10)
  expectToldWell(ended, /nowhere/)
})

test('a directory that is not a repository ends with 10', async () => {
  const ended = await place.run([
    '-r',
    place.at('source'),
    '--password-file',
    place.passwordFile,
    'snapshots',
  ])
  expect(ended.code).toBe(10)
  expectToldWell(ended, /source/)
})

test('a newer format version is refused with both numbers', async () => {
  using other = new Place()
  await other.varve(['init'])
  for (const name of ['config', 'config.copy']) {
    const path = join(other.repository, name)
    rmSync(path)
    const suite = ['XAES-256-GCM', 'HMAC-SHA-256', 'X25519']
    writeFileSync(path, encodeRecord(['varve', 7, 7, new Uint8Array(16), suite, ['gear64-nc2', [[0, 14]]]]))
  }
  const ended = await other.varve(['snapshots'])
  expect(ended.code).toBe(1)
  expectToldWell(ended, /version 7.*knows 1/)
})

test('a second init in the same place changes nothing', async () => {
  const before = readFileSync(join(place.repository, 'config'))
  const ended = await place.varve(['init'])
  expect(ended.code).toBe(1)
  expectToldWell(ended, /already/)
  expect(readFileSync(join(place.repository, 'config'))).toEqual(before)
})

test('an unknown snapshot id and an ambiguous one are told apart', async () => {
  const unknown = await place.varve(['ls', 'ffffffffffffffffffffffffffffffff'])
  expect(unknown.code).toBe(1)
  expectToldWell(unknown, /no snapshot/)
  await place.varve(['backup', '.'], { directory: place.at('source') })
  const ambiguous = await place.varve(['ls', ''])
  expect(ambiguous.code).toBe(1)
})

test('a path that the snapshot does not have is named', async () => {
  const ended = await place.varve(['cat', `${snapshot}:no/such/file`])
  expect(ended.code).toBe(1)
  expectToldWell(ended, /no\/such\/file/)
})

test('a restore over something different needs --overwrite, and writes nothing without it', async () => {
  const target = place.at('occupied')
  mkdirSync(target)
  writeFileSync(join(target, 'file'), 'somebody else’s')
  const ended = await place.varve(['restore', snapshot, '--target', target])
  expect(ended.code).toBe(1)
  expectToldWell(ended, /file/)
  expect(readFileSync(join(target, 'file'), 'utf8')).toBe('somebody else’s')
  expect((await place.varve(['restore', snapshot, '--target', target, '--overwrite', 'always'])).code).toBe(0)
  expect(readFileSync(join(target, 'file'), 'utf8')).toBe('content')
})

test('what is already right is not in the way of a restore', async () => {
  const target = place.at('twice')
  expect((await place.varve(['restore', snapshot, '--target', target])).code).toBe(0)
  expect((await place.varve(['restore', snapshot, '--target', target])).code).toBe(0)
})

test('the source in the restore target is not deleted, which is an error, also where the snapshot was made of `.`', async () => {
  const target = place.at('above')
  const source = join(target, 'project')
  mkdirSync(source, { recursive: true })
  writeFileSync(join(source, 'original'), 'content')
  const made = await place.varve(['backup', '--json', '.'], { directory: source })
  const { snapshot_id: id } = JSON.parse(made.stdout)
  const ended = await place.varve(['restore', id, '--target', target, '--delete'])
  expect(ended.code).toBe(1)
  expect(ended.stderr).toMatch(/project: is what the snapshot was made of, and is not deleted/)
  expect(readFileSync(join(source, 'original'), 'utf8')).toBe('content')
  expect(readFileSync(join(target, 'original'), 'utf8')).toBe('content')
  const listed = await place.varve(['snapshots', '--json', '--path', '.'])
  expect(JSON.parse(listed.stdout)).toContainEqual(expect.objectContaining({ id, directory: source }))
})

test('a restore into the repository is refused', async () => {
  const ended = await place.varve(['restore', snapshot, '--target', join(place.repository, 'packs')])
  expect(ended.code).toBe(1)
  expectToldWell(ended, /repository/)
})

test('an unreadable file is reported, the rest is saved, and the exit code is 3', async () => {
  if (process.getuid?.() !== 0) return console.warn('skipped: needs root to run varve as another user')
  using other = new Place()
  const uid = 65534
  const source = other.at('source')
  mkdirSync(source)
  writeFileSync(join(source, 'open'), 'x')
  writeFileSync(join(source, 'closed'), 'x')
  chmodSync(join(source, 'closed'), 0)
  for (const path of ['repository', 'cache', 'data', 'config', 'home']) mkdirSync(other.at(path))
  execFileSync('chown', ['-R', `${uid}:${uid}`, other.path])
  execFileSync('chown', ['0', join(source, 'closed')])
  expect((await other.varve(['init'], { uid })).code).toBe(0)
  const ended = await other.varve(['backup', '.'], { uid, directory: source })
  expect(ended.code).toBe(3)
  expectToldWell(ended, /closed/)
  expect((await other.varve(['cat', 'latest:open'], { uid })).stdout).toBe('x')
})

test('a source that is not there is named, and nothing is snapshot', async () => {
  const before = readdirSync(join(place.repository, 'snapshots')).length
  const ended = await place.varve(['backup', place.at('no-such-source')])
  expect(ended.code).toBe(1)
  expectToldWell(ended, /no-such-source/)
  expect(readdirSync(join(place.repository, 'snapshots')).length).toBe(before)
})

test('a command whose output is a backup fails the snapshot when it fails', async () => {
  const before = readdirSync(join(place.repository, 'snapshots')).length
  const ended = await place.varve([
    'backup',
    '--stdin-from-command',
    '--',
    'sh',
    '-c',
    'echo partial; exit 3',
  ])
  expect(ended.code).not.toBe(0)
  expect(readdirSync(join(place.repository, 'snapshots')).length).toBe(before)
})

test('standard input becomes a file of the name that was given', async () => {
  const input = 'dumped '.repeat(100_000)
  expect((await place.varve(['backup', '--stdin', '--stdin-filename', 'dump.sql'], { input })).code).toBe(0)
  expect((await place.varve(['cat', 'latest:dump.sql'])).stdout).toBe(input)
})

test('an unknown key of a config file is told with its line', async () => {
  mkdirSync(place.at('config', 'varve'), { recursive: true })
  writeFileSync(place.at('config', 'varve', 'config.toml'), 'repository = "/x"\nrepositry = "/y"\n')
  const ended = await place.run(['snapshots'])
  rmSync(place.at('config', 'varve', 'config.toml'))
  expect(ended.code).toBe(1)
  expectToldWell(ended, /repositry[\s\S]*2|2[\s\S]*repositry/)
})
