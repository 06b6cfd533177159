import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ChunkLookup } from '../../src/chunk-index/chunk-lookup.js'
import { LocalIndex } from '../../src/chunk-index/local-index.js'
import { LookupState } from '../../src/chunk-index/lookup-state.js'
import { idOf, newFolder, pack, packed } from './entries.js'

const entries = (from: number, to: number, packOrdinal = 0): Uint8Array =>
  packed(Array.from({ length: to - from }, (_, n) => ({ id: idOf(from + n), packOrdinal, location: 0 })))
const indexOf = (...packNames: string[]): LocalIndex => {
  const index = LocalIndex.open(newFolder(), 'r')
  packNames.forEach((name, n) => {
    index.addRun({ entries: entries(n * 100, n * 100 + 100), packs: [pack(name)], indexFiles: [] })
  })
  return index
}
const packIds = (...names: string[]): Set<string> => new Set(names.map((name) => pack(name).packId))

test('A chunk is new once and then known, in every thread that has the same state', () => {
  const state = new LookupState(indexOf(), 1000)
  const config = structuredClone(state.config())
  const one = new ChunkLookup(config)
  const two = new ChunkLookup(config)
  expect(one.claim(idOf(1))).toBe('new')
  expect(one.claim(idOf(1))).toBe('known')
  expect(two.claim(idOf(1))).toBe('known')
  expect(two.claim(idOf(2))).toBe('new')
})

test('A chunk found in a run notes its pack as one that the backup relies on', () => {
  const state = new LookupState(indexOf('a', 'b', 'c'), 1000)
  const lookup = new ChunkLookup(state.config())
  expect(lookup.claim(idOf(5))).toBe('known')
  expect(lookup.claim(idOf(250))).toBe('known')
  expect(lookup.claim(idOf(999))).toBe('new')
  expect(state.hitPackIds()).toEqual(packIds('a', 'c'))
})

test('A chunk that only an unusable pack holds is new; one that a second pack holds too is known', () => {
  const index = indexOf('a', 'b')
  index.addRun({ entries: entries(0, 50), packs: [pack('second')], indexFiles: [] })
  const state = new LookupState(index, 1000, packIds('a'))
  const lookup = new ChunkLookup(state.config())
  expect(lookup.claim(idOf(60))).toBe('new')
  expect(lookup.claim(idOf(10))).toBe('known')
  expect(lookup.claim(idOf(110))).toBe('known')
  state.markUnusable(packIds('b'))
  expect(lookup.claim(idOf(111))).toBe('new')
  expect(state.hitPackIds()).toEqual(packIds('second', 'b'))
})

test('A chunk whose pack was removed from the index is new', () => {
  const index = indexOf('a', 'b', 'c', 'd', 'e')
  index.withPacksRemoved(packIds('b'))
  const lookup = new ChunkLookup(new LookupState(index, 1000).config())
  expect(lookup.claim(idOf(150))).toBe('new')
  expect(lookup.claim(idOf(50))).toBe('known')
})

test('Nothing is forgotten while tables fill up, grow, are indexed and are dropped', () => {
  const index = indexOf()
  const state = new LookupState(index, 256)
  const lookup = new ChunkLookup(state.config())
  for (let n = 0; n < 2000; n++) {
    expect(lookup.claim(idOf(n))).toBe('new')
    if (state.grow()) lookup.reconfigure(structuredClone(state.config()))
  }
  expect(state.pendingTableCount).toBeGreaterThan(10)
  index.addRun({ entries: entries(0, 2000), packs: [pack('a')], indexFiles: [] })
  state.dropPendingTables(state.pendingTableCount)
  lookup.reconfigure(state.config())
  for (let n = 0; n < 2000; n++) expect(lookup.claim(idOf(n))).toBe('known')
  expect(state.hitPackIds()).toEqual(packIds('a'))
})

test('When every table is full a chunk is new each time: waste, not loss', () => {
  const lookup = new ChunkLookup(new LookupState(indexOf(), 256).config())
  for (let n = 0; n < 192; n++) lookup.claim(idOf(n))
  expect(lookup.claim(idOf(500))).toBe('new')
  expect(lookup.claim(idOf(500))).toBe('new')
  expect(lookup.claim(idOf(191))).toBe('known')
})

test('Packs that were hit keep their names when a merge gives ordinals to other packs', () => {
  const index = indexOf('a', 'b', 'c')
  const state = new LookupState(index, 1000)
  const early = new ChunkLookup(state.config())
  const late = new ChunkLookup(state.config())
  expect(early.claim(idOf(150))).toBe('known')
  index.withPacksRemoved(packIds('a'))
  index.mergeRuns()
  expect(index.packs).toEqual([pack('b'), pack('c')])
  late.reconfigure(state.config())
  expect(late.claim(idOf(250))).toBe('known')
  expect(late.claim(idOf(50))).toBe('new')
  expect(state.hitPackIds()).toEqual(packIds('b', 'c'))
})

test('A run that vanished before a thread opened it makes its chunks new, and is counted', () => {
  const index = indexOf('a', 'b')
  const config = new LookupState(index, 1000).config()
  rmSync(config.runPaths[0]!)
  const lookup = new ChunkLookup(config)
  expect(lookup.missingRuns).toBe(1)
  const known = Array.from({ length: 200 }, (_, n) => lookup.claim(idOf(n))).filter(
    (answer) => answer === 'known',
  )
  expect(known).toHaveLength(100)
})
