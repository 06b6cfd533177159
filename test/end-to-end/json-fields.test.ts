import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noise } from '../operations/check/small-repository.js'
import { Place } from './varve.js'

/** What stands in backquotes in the section on output for programs. */
const documented = (): Set<string> => {
  const text = readFileSync(new URL('../../docs/COMMANDS.md', import.meta.url), 'utf8')
  const section = text.slice(text.indexOf('## Output for programs'))
  return new Set([...section.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
}

/** The names of all fields in a value, also of those in its fields, and the kinds of message. */
const namesIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(namesIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, field]) => {
    if (name === 'message_type') return [String(field)]
    // Stages have names of their own.
    return name === 'stages_ms' ? [name] : [name, ...namesIn(field)]
  })
}

const place = new Place()
const keyFile = place.at('key')

const told = async (...args: string[]): Promise<string[]> => {
  const options = { directory: place.path }
  const { stdout, stderr } = await place.run(
    ['-r', place.repository, '--key-file', keyFile, '--json', ...args],
    options,
  )
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => /^[{[]/.test(line))
  return lines.flatMap((line) => namesIn(JSON.parse(line)))
}

const firstSnapshot = (): string =>
  readdirSync(join(place.repository, 'snapshots'), { recursive: true, encoding: 'utf8' })
    .map((name) => name.split('/').at(-1)!)
    .find((name) => name.length === 32)!

const largestPack = (): string => {
  const packs = join(place.repository, 'packs')
  const sizeOf = (path: string): number => (statSync(path).isFile() ? statSync(path).size : 0)
  const paths = readdirSync(packs, { recursive: true, encoding: 'utf8' }).map((name) => join(packs, name))
  return paths.sort((a, b) => sizeOf(b) - sizeOf(a))[0]!
}

test('every field that a command prints for programs stands in docs/COMMANDS.md', {
  timeout: 120_000,
}, async () => {
  using _ = place
  const names = new Set<string>()
  const run = async (...args: string[]): Promise<void> => {
    for (const name of await told(...args)) names.add(name)
  }
  mkdirSync(place.at('source', 'deep'), { recursive: true })
  for (let n = 0; n < 20; n++) writeFileSync(place.at('source', `file-${n}`), noise(`file ${n}`, 5000 + n))
  symlinkSync('file-1', place.at('source', 'deep', 'link'))
  await run('init', '--recovery-key')
  await run('backup', '-v', '--stats', 'source', 'nowhere')
  await run('backup', '--dry-run', 'source')
  writeFileSync(place.at('source', 'file-1'), noise('another', 9000))
  await run('backup', 'source')
  await run('snapshots')
  await run('ls', '--recursive', 'latest')
  await run('find', 'file-1*')
  await run('diff', firstSnapshot(), 'latest')
  await run('stats')
  await run('restore', 'latest', '--target', 'target', '-v')
  await run('restore', 'latest:nowhere', '--target', 'target')
  writeFileSync(place.at('target', 'source', 'more'), '')
  await run('restore', 'latest', '--target', 'target', '--delete', '--dry-run')
  await run('key', 'list')
  await run('key', 'add', '--recovery-key')
  await run('key', 'export')
  await run('cache', 'show')
  await run('version')
  rmSync(largestPack())
  await run('check')
  await run('restore', 'latest', '--target', 'damaged')
  await run('repair', 'index', '--dry-run')
  await run('repair', 'packs', '--read-data')
  await run('repair', 'snapshots')
  await run('snapshots')
  await run('ls', 'latest:source')
  await run('cache', 'clear')
  const missing = [...names].filter((name) => !documented().has(name))
  expect(missing).toEqual([])
  expect(names.size).toBeGreaterThan(120)
})
