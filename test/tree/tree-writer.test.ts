import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { contentSizeBytesOf, type Entry } from '../../src/format/entry.js'
import { encodeEntryValue } from '../../src/format/entry-value.js'
import type { ChunkId } from '../../src/format/ids.js'
import { keyOf } from '../../src/format/tree-key.js'
import type { TreeRoot } from '../../src/format/tree-root.js'
import type { NodeSink } from '../../src/tree/node-store.js'
import { TreeCursor } from '../../src/tree/tree-cursor.js'
import { shortenRoot } from '../../src/tree/tree-reader.js'
import { TreeWriter } from '../../src/tree/tree-writer.js'
import { MemoryNodeStore } from './memory-node-store.js'
import { type Edits, rebuildWithSubtrees } from './rebuild-with-subtrees.js'
import {
  build,
  buildByTheBook,
  bytes,
  encodedOf,
  fileEntry,
  largeModel,
  linkEntry,
  type Model,
  modelArbitrary,
  readAll,
  sorted,
  treeKey,
} from './tree-samples.js'

const add = (writer: TreeWriter, key: ByteString, entry: Entry): void =>
  writer.add(key, encodeEntryValue(entry), contentSizeBytesOf(entry))

/**
 * The way of an incremental backup: unchanged entries are taken from the earlier tree's leaves, others
 * encoded anew.
 */
function rebuildWithLeaves(store: MemoryNodeStore, old: TreeRoot, model: Model, sink: NodeSink): TreeRoot {
  const writer = new TreeWriter(sink, treeKey)
  const cursor = new TreeCursor(store, old)
  let more = cursor.advance() as boolean
  for (const [key, entry] of sorted(model)) {
    while (more && cursor.key < key) more = cursor.advance() as boolean
    const value = encodeEntryValue(entry)
    if (more && cursor.key === key && value.equals(cursor.valueBytes))
      writer.addUnchanged(cursor.leaf, cursor.index)
    else writer.add(key, value, contentSizeBytesOf(entry))
  }
  return writer.finish()
}

/** A few entries of a model removed, changed, or added beside. */
const editsArbitrary = (model: Model): fc.Arbitrary<Edits> => {
  const keys = [...model.keys()]
  const oldKey = keys.length === 0 ? fc.constant(bytes('\0x')) : fc.constantFrom(...keys)
  const key = fc.oneof(
    oldKey,
    oldKey.map((old) => bytes(`${old.slice(0, -1)}~`)),
  )
  const entry = fc.oneof(
    fc.constant(undefined),
    fc.integer({ min: 1, max: 900 }).map((length) => linkEntry('e'.repeat(length))),
  )
  return fc.array(fc.tuple(key, entry), { maxLength: 5 }).map((pairs) => new Map(pairs))
}

const caseArbitrary = modelArbitrary(60).chain((model) => fc.tuple(fc.constant(model), editsArbitrary(model)))

function edited(model: Model, edits: Edits): Model {
  const result = new Map(model)
  for (const [key, entry] of edits) {
    if (entry === undefined) result.delete(key)
    else result.set(key, entry)
  }
  return result
}

describe('a tree writer', () => {
  it('makes the nodes that the boundary rule says, of any entries (§8.3)', () => {
    fc.assert(
      fc.property(modelArbitrary(60), (model) => {
        const store = new MemoryNodeStore()
        expect(build(model, store)).toEqual(buildByTheBook(model, store))
      }),
      { numRuns: 60 },
    )
  })

  it('makes the nodes that the boundary rule says, of several levels', () => {
    const store = new MemoryNodeStore()
    const root = build(largeModel(9000), store)
    expect(root.level).toBe(2)
    expect(root).toEqual(buildByTheBook(largeModel(9000), store))
  })

  it('makes trees that give back what was added', async () => {
    await fc.assert(
      fc.asyncProperty(modelArbitrary(60), fc.boolean(), async (model, asynchronous) => {
        const store = new MemoryNodeStore(asynchronous)
        const root = build(model, store)
        expect(await readAll(store, root)).toEqual(encodedOf(sorted(model)))
        expect(root.entries).toBe(model.size)
      }),
      { numRuns: 60 },
    )
  })

  it('gives the empty tree as a leaf without items', () => {
    const store = new MemoryNodeStore()
    const root = build(new Map(), store)
    expect(root).toMatchObject({ level: 0, entries: 0, bytes: 0 })
    expect([...store.chunks.values()].map((chunk) => [...chunk.bytes])).toEqual([[0x82, 0x00, 0x80]])
  })

  it('makes the same tree where unchanged entries come from the leaves of an earlier one', () => {
    fc.assert(
      fc.property(caseArbitrary, ([model, edits]) => {
        const store = new MemoryNodeStore()
        const old = build(model, store)
        const wanted = edited(model, edits)
        expect(rebuildWithLeaves(store, old, wanted, store)).toEqual(build(wanted, store))
      }),
      { numRuns: 100 },
    )
  })

  it('stores no leaf that comes whole from an earlier tree', () => {
    const store = new MemoryNodeStore()
    const model = largeModel(3000)
    const old = build(model, store)
    const sink = new MemoryNodeStore()
    expect(rebuildWithLeaves(store, old, model, sink)).toEqual(old)
    const innerNodes = [...sink.chunks.values()].filter((chunk) => chunk.bytes[1] !== 0)
    expect(sink.puts).toBe(innerNodes.length)
  })

  it('makes the same tree where whole subtrees of an earlier one are taken over', async () => {
    await fc.assert(
      fc.asyncProperty(caseArbitrary, async ([model, edits]) => {
        const store = new MemoryNodeStore()
        const old = build(model, store)
        const root = await rebuildWithSubtrees(store, old, edits, store)
        expect(await shortenRoot(store, root)).toEqual(build(edited(model, edits), store))
      }),
      { numRuns: 100 },
    )
  })

  it('makes the same tree of several levels from subtrees, and stores little', async () => {
    const store = new MemoryNodeStore()
    const model = largeModel(9000)
    const old = build(model, store)
    const keys = sorted(model).map(([key]) => key)
    for (const at of [0, 1, 4500, keys.length - 2, keys.length - 1]) {
      const edits: Edits = new Map([
        [keys[at]!, undefined],
        [bytes(`${keys[at]}x`), fileEntry(2, at)],
      ])
      const sink = new MemoryNodeStore()
      const root = await rebuildWithSubtrees(store, old, edits, sink)
      expect(root).toEqual(build(edited(model, edits), store))
      expect(sink.chunks.size).toBeLessThan(20)
    }
  })

  it('does not end an inner node before a subtree where the boundary rule does not', async () => {
    const store = new MemoryNodeStore()
    const model = largeModel(9000)
    const old = build(model, store)
    const keys = sorted(model).map(([key]) => key)
    for (const [start, end] of [
      [100, 2500],
      [0, 7000],
      [3000, 8900],
    ]) {
      const edits: Edits = new Map(keys.slice(start, end).map((key) => [key, undefined]))
      const root = await rebuildWithSubtrees(store, old, edits, store)
      expect(await shortenRoot(store, root)).toEqual(build(edited(model, edits), store))
    }
  })

  it('adds at most one node for each level where one value changes and keeps its length', () => {
    const store = new MemoryNodeStore()
    const model = largeModel(9000)
    build(model, store)
    for (const at of [0, 17, 4000, 8999]) {
      const key = sorted(model)[at]![0]
      const before = store.chunks.size
      const root = build(new Map(model).set(key, { ...model.get(key)!, mode: 0o600 }), store)
      expect(store.chunks.size - before).toBe(root.level + 1)
    }
  })

  it('adds few nodes where an entry comes or goes', () => {
    const store = new MemoryNodeStore()
    const model = largeModel(9000)
    build(model, store)
    let added = 0
    for (let at = 100; at < 9000; at += 800) {
      const key = sorted(model)[at]![0]
      const before = store.chunks.size
      const without = new Map(model)
      without.delete(key)
      build(without, store)
      build(new Map(model).set(bytes(`${key}.new`), fileEntry(1, at)), store)
      added += (store.chunks.size - before) / 2
    }
    expect(added / 12).toBeLessThan(8)
  })

  it('gives the tree so far at any time, and goes on undisturbed', () => {
    fc.assert(
      fc.property(modelArbitrary(60), fc.nat(), (model, seed) => {
        const store = new MemoryNodeStore()
        const writer = new TreeWriter(store, treeKey)
        const entries = sorted(model)
        const stop = seed % (entries.length + 1)
        for (const [key, entry] of entries.slice(0, stop)) add(writer, key, entry)
        expect(writer.partialRoot()).toEqual(build(new Map(entries.slice(0, stop)), store))
        for (const [key, entry] of entries.slice(stop)) add(writer, key, entry)
        expect(writer.finish()).toEqual(build(model, store))
      }),
      { numRuns: 60 },
    )
  })

  it('gives the tree so far in the middle of a leaf that is taken over', () => {
    const store = new MemoryNodeStore()
    const model = largeModel(300)
    const old = build(model, store)
    const writer = new TreeWriter(store, treeKey)
    const cursor = new TreeCursor(store, old)
    for (let count = 1; cursor.advance(); count++) {
      writer.addUnchanged(cursor.leaf, cursor.index)
      if (count % 29 === 0)
        expect(writer.partialRoot()).toEqual(build(new Map(sorted(model).slice(0, count)), store))
    }
    expect(writer.finish()).toEqual(old)
  })

  it('comes to an end where first keys are tens of kilobytes long', () => {
    const store = new MemoryNodeStore()
    const model: Model = new Map()
    for (let index = 0; index < 40; index++) {
      const directory = [`top-${index}`, ...Array<string>(230).fill('d'.repeat(255))].join('/')
      model.set(keyOf(bytes(directory), bytes('file')), fileEntry(1, index))
    }
    const root = build(model, store)
    expect(root.level).toBeLessThan(4)
    expect(root).toEqual(buildByTheBook(model, store))
  })

  it('stops the sum of file bytes at 2^53 - 1, in the leaf and above it (§8.2)', async () => {
    const max = Number.MAX_SAFE_INTEGER
    const claim = (sizeBytes: number): Entry => ({
      ...fileEntry(1, 1),
      content: {
        form: 'list',
        sizeBytes,
        root: Buffer.alloc(32) as Uint8Array as ChunkId,
        pieceCount: 1,
        holes: null,
      },
    })
    const few: Model = new Map(['a', 'b', 'c'].map((name) => [bytes(`\0${name}`), claim(max - 1)]))
    const many: Model = new Map(
      Array.from({ length: 400 }, (_, index) => [bytes(`\0${1000 + index}`), claim(2 ** 46)]),
    )
    for (const [model, level] of [
      [few, 0],
      [many, 1],
    ] as const) {
      const store = new MemoryNodeStore()
      const root = build(model, store)
      expect(root).toMatchObject({ level, bytes: max })
      expect(root).toEqual(buildByTheBook(model, store))
      expect(await readAll(store, root)).toHaveLength(model.size)
      expect(rebuildWithLeaves(store, root, model, store)).toEqual(root)
    }
  })

  it('refuses keys that do not ascend', () => {
    const writer = new TreeWriter(new MemoryNodeStore(), treeKey)
    add(writer, bytes('\0b'), fileEntry(1, 1))
    expect(() => add(writer, bytes('\0b'), fileEntry(1, 1))).toThrow('ascend')
    expect(() => add(writer, bytes('\0a'), fileEntry(1, 1))).toThrow('ascend')
  })

  it('refuses a subtree where no node begins', () => {
    const store = new MemoryNodeStore()
    const root = build(new Map([[bytes('\0z'), fileEntry(1, 1)]]), store)
    const writer = new TreeWriter(store, treeKey)
    add(writer, bytes('\0b'), fileEntry(1, 1))
    const subtree = { firstKey: bytes('\0z'), id: root.id, entryCount: 1, contentBytes: 1000 }
    expect(writer.beginNodes(bytes('\0z'), 0)).toBe(-1)
    expect(() => writer.addSubtree(0, subtree)).toThrow('begins')
  })
})
