import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareEntries, ENTRY_BYTES } from '../../src/chunk-index/entry.js'
import { sortEntries } from '../../src/chunk-index/sort-entries.js'
import { SortedRun } from '../../src/chunk-index/sorted-run.js'
import { writeSortedRun } from '../../src/chunk-index/sorted-run-writer.js'
import { anyId, hexOf, idOf, newFolder, type Place, packed, placesIn } from './entries.js'

const folder = newFolder()
const write = (places: readonly Place[]): string =>
  join(folder, writeSortedRun(folder, [sortEntries(packed(places))]).name)
const open = (path: string): SortedRun => {
  const run = SortedRun.open(path)
  if (run === undefined) throw new Error('the run does not open')
  return run
}
const text = (packOrdinal: number, location: number): string => `${packOrdinal}:${location}`
const placesOf = (run: SortedRun, id: Uint8Array): string[] => {
  const found: string[] = []
  for (let hit = run.lookup(id); hit; hit = run.lookupNext()) found.push(text(run.packOrdinal, run.location))
  return found.sort()
}
const uniform = (count: number): Place[] =>
  Array.from({ length: count }, (_, n) => ({ id: idOf(n), packOrdinal: n % 7, location: n }))

test('Sorting gives the same entries in the order of their bytes', () => {
  fc.assert(
    fc.property(placesIn(5), (places) => {
      const entries = packed(places)
      const sorted = sortEntries(entries)
      const split = (bytes: Uint8Array) =>
        Array.from({ length: bytes.length / ENTRY_BYTES }, (_, n) =>
          Buffer.from(bytes.subarray(n * ENTRY_BYTES, (n + 1) * ENTRY_BYTES)).toString('hex'),
        )
      expect(split(sorted)).toEqual(split(entries).sort())
    }),
    { numRuns: 50 },
  )
})

test('A run finds every place of every id that was written, and nothing else', () => {
  fc.assert(
    fc.property(placesIn(5), fc.array(anyId), (places, others) => {
      const model = new Map<string, string[]>()
      for (const { id, packOrdinal, location } of places)
        model.set(hexOf(id), [...(model.get(hexOf(id)) ?? []), text(packOrdinal, location)])
      const run = open(write(places))
      for (const id of [...places.map((place) => place.id), ...others])
        expect(placesOf(run, id)).toEqual((model.get(hexOf(id)) ?? []).sort())
      run.close()
    }),
    { numRuns: 60 },
  )
})

test('An id is found wherever it starts in the array that is given', () => {
  const run = open(write(uniform(1000)))
  const shifted = new Uint8Array(64)
  shifted.set(idOf(77), 13)
  expect(run.lookup(shifted, 13)).toBe(true)
  expect(run.location).toBe(77)
  run.close()
})

test('A walk over a run gives all entries in order, across read buffers', () => {
  const places = uniform(170 * 256 + 171)
  const run = open(write(places))
  const cursor = run.entries()
  const last = new Uint8Array(ENTRY_BYTES)
  let count = 0
  while (cursor.next()) {
    if (count > 0) expect(compareEntries(last, 0, cursor.bytes, cursor.offset)).toBeLessThan(0)
    last.set(cursor.bytes.subarray(cursor.offset, cursor.offset + ENTRY_BYTES))
    count++
  }
  expect(count).toBe(places.length)
  run.close()
})

test('Entries that do not come in order are refused, and leave no file', () => {
  const empty = newFolder()
  const reversed = [idOf(1), idOf(2)].sort((a, b) => Buffer.compare(b, a))
  const batches = reversed.map((id) => packed([{ id, packOrdinal: 0, location: 0 }]))
  expect(() => writeSortedRun(empty, batches)).toThrow(/order/)
  expect(readdirSync(empty)).toEqual([])
})

test('The same entries make the same file name', () => {
  expect(write(uniform(500))).toBe(write(uniform(500).reverse()))
})

test('A run that is missing, empty, cut short or not a run does not open', () => {
  expect(SortedRun.open(join(folder, 'absent.run'))).toBeUndefined()
  const path = write(uniform(1001))
  const whole = readFileSync(path)
  for (const size of [0, 1, 64, 4096, whole.length - 4104, whole.length - 1]) {
    truncateSync(path, size)
    expect(SortedRun.open(path), `${size} bytes`).toBeUndefined()
    writeFileSync(path, whole)
  }
  writeFileSync(path, Buffer.alloc(whole.length))
  expect(SortedRun.open(path)).toBeUndefined()
})

test('A changed byte anywhere in the entries, the fence or the footer is noticed, and no wrong place is given', () => {
  const places = uniform(600)
  const path = write(places)
  const whole = readFileSync(path)
  const entriesEnd = 170 * ENTRY_BYTES
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const isSpare = at < 4 * 4096 && at % 4096 >= entriesEnd + 4
      fc.pre(!isSpare)
      const damaged = Buffer.from(whole)
      damaged[at]! ^= change
      writeFileSync(path, damaged)
      const run = SortedRun.open(path)
      if (run === undefined) {
        expect(at).toBeGreaterThanOrEqual(4 * 4096)
        return
      }
      for (const { id, packOrdinal, location } of places)
        for (const place of placesOf(run, id)) expect(place).toBe(text(packOrdinal, location))
      expect(run.damaged).toBe(true)
      expect(() => {
        const cursor = run.entries()
        while (cursor.next());
      }).toThrow(/damaged/)
      run.close()
    }),
    { numRuns: 150 },
  )
})

test('Two intact pages in each other’s place are noticed', () => {
  const path = write(uniform(600))
  const bytes = readFileSync(path)
  const first = Buffer.from(bytes.subarray(0, 4096))
  bytes.copyWithin(0, 4096, 8192)
  first.copy(bytes, 4096)
  writeFileSync(path, bytes)
  const run = open(path)
  for (let n = 0; n < 600; n++) run.lookup(idOf(n))
  expect(run.damaged).toBe(true)
  run.close()
})
