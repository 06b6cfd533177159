import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LocalIndex } from '../../../src/chunk-index/local-index.js'
import { cacheSummary, clearCache } from '../../../src/operations/cache/cache.js'

const one = '11'.repeat(16)
const two = '22'.repeat(16)

let directory: string
let outside: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'varve-cache-'))
  outside = mkdtempSync(join(tmpdir(), 'varve-outside-'))
  for (const [id, size] of [
    [one, 1000],
    [two, 50],
  ] as const) {
    mkdirSync(join(directory, id, 'index'), { recursive: true })
    writeFileSync(join(directory, id, 'index', 'run'), Buffer.alloc(size))
  }
  writeFileSync(join(outside, 'kept'), 'kept')
})
afterEach(() => {
  for (const path of [directory, outside]) rmSync(path, { recursive: true, force: true })
})

it('a summary adds up what each repository takes, the one used last first', async () => {
  for (const path of ['index/run', 'index', '']) utimesSync(join(directory, one, path), 1000, 1000)
  const { entries, bytes } = await cacheSummary(directory)
  expect(entries.map(({ repositoryId, bytes }) => [repositoryId, bytes])).toEqual([
    [two, 50],
    [one, 1000],
  ])
  expect(entries[1]!.lastUsedMs).toBe(1_000_000)
  expect(bytes).toBe(1050)
})

it('a directory that is not there is an empty cache', async () => {
  expect(await cacheSummary(join(directory, 'no'))).toMatchObject({ bytes: 0, entries: [] })
  expect(await clearCache(join(directory, 'no'))).toEqual({ bytesFreed: 0 })
})

it('clearing removes what belongs to repositories, and nothing else', async () => {
  writeFileSync(join(directory, 'notes.txt'), 'mine')
  mkdirSync(join(directory, 'photos'))
  expect(await clearCache(directory)).toEqual({ bytesFreed: 1050 })
  expect(existsSync(join(directory, one))).toBe(false)
  expect(existsSync(join(directory, 'notes.txt'))).toBe(true)
  expect(existsSync(join(directory, 'photos'))).toBe(true)
})

it('clearing one repository leaves the others', async () => {
  expect(await clearCache(directory, two)).toEqual({ bytesFreed: 50 })
  expect((await cacheSummary(directory)).entries.map(({ repositoryId }) => repositoryId)).toEqual([one])
})

it('clearing never follows a symbolic link', async () => {
  symlinkSync(outside, join(directory, one, 'link'))
  symlinkSync(outside, join(directory, '33'.repeat(16)))
  await clearCache(directory)
  expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept')
})

it('an index that is open while the cache is cleared goes on, and is filled anew', async () => {
  const folder = join(directory, one, 'local')
  const index = LocalIndex.open(folder, one)
  const entries = Buffer.alloc(24, 5)
  entries.writeUInt32LE(0, 16)
  index.addRun({ entries, packs: [{ packId: 'p', sizeBytes: 1 }], indexFiles: [] })
  await clearCache(directory)
  expect(index.lookup(Buffer.alloc(32, 5))).toBe(true)
  index.reload()
  expect(index.entryCount).toBe(0)
  index.close()
})
