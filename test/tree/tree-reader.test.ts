import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { ChunkKind, chunkKey, hexOf } from '../../src/format/ids.js'
import { NodeWriter } from '../../src/format/node-writer.js'
import { splitKey } from '../../src/format/tree-key.js'
import type { TreeChild } from '../../src/format/tree-node.js'
import { decodeInner } from '../../src/format/tree-node.js'
import { TreeCursor } from '../../src/tree/tree-cursor.js'
import { entries, listDirectory, lookup, shortenRoot, subtree } from '../../src/tree/tree-reader.js'
import { NodeForge, rootAt } from './malformed-tree.js'
import { MemoryNodeStore } from './memory-node-store.js'
import {
  addPath,
  build,
  bytes,
  collect,
  directoryEntry,
  encodedEntry,
  encodedOf,
  fileEntry,
  largeModel,
  type Model,
  modelArbitrary,
  readAll,
  sorted,
} from './tree-samples.js'

const within = (directory: ByteString, path: ByteString): boolean =>
  directory === '' || path === directory || path.startsWith(`${directory}/`)

const directoriesOf = (model: Model): ByteString[] => [
  ...new Set([bytes(''), bytes('nowhere'), ...[...model.keys()].map((key) => splitKey(key).directory)]),
]

describe('a tree reader', () => {
  it('finds the entry of a key, and none for other keys', async () => {
    await fc.assert(
      fc.asyncProperty(modelArbitrary(40), fc.boolean(), async (model, asynchronous) => {
        const store = new MemoryNodeStore(asynchronous)
        const root = build(model, store)
        for (const [key, value] of encodedOf([...model])) {
          expect(encodedEntry(await lookup(store, root, key))).toBe(value)
          const beside = bytes(`${key}\x01`)
          if (!model.has(beside)) expect(await lookup(store, root, beside)).toBeUndefined()
        }
      }),
      { numRuns: 40 },
    )
  })

  it('lists a directory, and walks what is below it', async () => {
    await fc.assert(
      fc.asyncProperty(modelArbitrary(40), fc.boolean(), async (model, asynchronous) => {
        const store = new MemoryNodeStore(asynchronous)
        const root = build(model, store)
        for (const directory of directoriesOf(model)) {
          const listed = sorted(model).filter(([key]) => splitKey(key).directory === directory)
          expect(await collect(listDirectory(store, root, directory))).toEqual(encodedOf(listed))
          const below = sorted(model).filter(([key]) => within(directory, splitKey(key).directory))
          expect(await collect(subtree(store, root, directory))).toEqual(encodedOf(below))
        }
      }),
      { numRuns: 40 },
    )
  })

  it('reads one node for each level to find an entry', async () => {
    const store = new MemoryNodeStore()
    const model = largeModel(9000)
    const root = build(model, store)
    for (const [key] of sorted(model).filter((_, index) => index % 500 === 0)) {
      store.forgetReads()
      await lookup(store, root, key)
      expect(store.reads.length).toBe(root.level + 1)
    }
  })

  it('reads only the nodes of a range', async () => {
    const store = new MemoryNodeStore()
    const root = build(largeModel(9000), store)
    store.forgetReads()
    const listed = await collect(listDirectory(store, root, bytes('area-3/project-80')))
    expect(listed.length).toBe(40)
    expect(store.reads.length).toBeLessThan(8)
  })

  it('returns no promise where nodes are at hand', () => {
    const store = new MemoryNodeStore()
    const cursor = new TreeCursor(store, build(largeModel(1000), store))
    let count = 0
    while (cursor.advance() === true) count++
    expect(count).toBe(1000 + 25 + 7)
  })

  it('asks for the next nodes of each level ahead, each once and none outside the range', async () => {
    const store = new MemoryNodeStore(true)
    const model = largeModel(3000)
    const root = build(model, store)
    const cursor = entries(store, root)
    await cursor.advance()
    expect(store.reads.length).toBeGreaterThan(root.level + 2)
    expect(store.reads.length).toBeLessThanOrEqual(root.level + 1 + 4 * root.level)
    await collect(cursor)
    expect(new Set(store.reads).size).toBe(store.reads.length)
    expect(store.reads.length).toBe(store.chunks.size)
    store.forgetReads()
    await lookup(store, root, sorted(model)[1500]![0])
    expect(store.reads.length).toBe(root.level + 1)
  })

  it('names the leaf that an entry stands in, and passes over the rest of it', () => {
    const store = new MemoryNodeStore()
    const root = build(largeModel(3000), store)
    const cursor = new TreeCursor(store, root)
    let leaves = 0
    let count = 0
    while (cursor.advance()) {
      expect(cursor.index).toBe(0)
      expect(cursor.leaf.entries[0]!.key).toBe(cursor.key)
      const again = new NodeWriter(0)
      for (const entry of cursor.leaf.entries) again.addEntry(entry.key, entry.valueBytes)
      expect(cursor.leaf.itemsSizeBytes).toBe(again.itemsSizeBytes)
      expect(store.chunks.has(chunkKey(cursor.leaf.id))).toBe(true)
      leaves++
      count += cursor.leaf.entryCount
      cursor.skipLeaf()
    }
    expect(count).toBe(root.entries)
    expect(leaves).toBeGreaterThan(20)
  })

  it('shortens a root that has a single child to the tree that the entries make', async () => {
    const store = new MemoryNodeStore()
    const model: Model = new Map([[bytes('\0a'), fileEntry(1, 1)]])
    const forge = new NodeForge(store)
    const tall = forge.inner(2, [forge.inner(1, [forge.leaf(sorted(model))])])
    expect(await shortenRoot(store, rootAt(2, tall))).toEqual(build(model, store))
  })
})

describe('a tree reader over malformed trees', () => {
  const a = [bytes('\0a'), fileEntry(1, 1)] as const
  const b = [bytes('\0b'), fileEntry(2, 2)] as const
  const c = [bytes('\0c'), fileEntry(3, 3)] as const
  const d = [bytes('\0d'), fileEntry(4, 4)] as const

  const refuse = async (
    make: (forge: NodeForge) => { level: number; node: TreeChild; culprit?: TreeChild },
  ) => {
    for (const asynchronous of [false, true]) {
      const store = new MemoryNodeStore(asynchronous)
      const { level, node, culprit } = make(new NodeForge(store))
      const reading = (async () => collect(entries(store, rootAt(level, node))))()
      await expect(reading).rejects.toMatchObject({
        code: 'corrupt',
        object: `tree node ${hexOf((culprit ?? node).id)}`,
      })
    }
  }

  it('accepts a tree that is forged without a mistake', async () => {
    const store = new MemoryNodeStore()
    const forge = new NodeForge(store)
    const node = forge.inner(1, [forge.leaf([a, b]), forge.leaf([c, d])])
    expect((await collect(entries(store, rootAt(1, node)))).length).toBe(4)
  })

  it('refuses keys that do not ascend in a leaf (I-14)', () =>
    refuse((forge) => ({ level: 0, node: forge.leaf([b, a]) })))

  it('refuses a key twice (I-14)', () => refuse((forge) => ({ level: 0, node: forge.leaf([a, a]) })))

  it('refuses a key twice across leaves (I-14)', () =>
    refuse((forge) => {
      const culprit = forge.leaf([a, b])
      return { level: 1, node: forge.inner(1, [culprit, forge.leaf([b, c])]), culprit }
    }))

  it('refuses keys that do not ascend across leaves of different parents (I-14)', () =>
    refuse((forge) => {
      const culprit = forge.leaf([b, d])
      const left = forge.inner(1, [forge.leaf([a]), culprit])
      return { level: 2, node: forge.inner(2, [left, forge.inner(1, [forge.leaf([c])])]), culprit }
    }))

  it('refuses children that do not ascend (I-14)', () =>
    refuse((forge) => ({ level: 1, node: forge.inner(1, [forge.leaf([c, d]), forge.leaf([a, b])]) })))

  it('refuses a child of a wrong level (I-14)', () =>
    refuse((forge) => {
      const culprit = forge.leaf([a, b])
      return { level: 2, node: forge.inner(2, [culprit]), culprit }
    }))

  it('refuses a child that does not begin where its parent says (I-14)', () =>
    refuse((forge) => {
      const culprit = forge.leaf([b, c])
      return { level: 1, node: forge.inner(1, [{ ...culprit, firstKey: bytes('\0a') }]), culprit }
    }))

  it('refuses a child of another number of entries or bytes (I-14)', async () => {
    for (const wrong of [{ entryCount: 3 }, { contentBytes: 1 }]) {
      await refuse((forge) => {
        const culprit = forge.leaf([a, b])
        return { level: 1, node: forge.inner(1, [{ ...culprit, ...wrong }]), culprit }
      })
    }
  })

  it('refuses a root that is not what the snapshot says (I-14)', async () => {
    await refuse((forge) => ({ level: 1, node: forge.leaf([a]) }))
    await refuse((forge) => ({ level: 0, node: { ...forge.leaf([a]), entryCount: 2 } }))
    await refuse((forge) => ({ level: 0, node: { ...forge.leaf([a]), contentBytes: 2 } }))
  })

  it('refuses bad names (I-12)', async () => {
    for (const key of ['\0', '\0.', '\0..', '\0a/b', 'a\0b', 'a', '..\0\0a', `\0${'n'.repeat(256)}`]) {
      await refuse((forge) => ({ level: 0, node: forge.leaf([[bytes(key), fileEntry(1, 1)]]) }))
    }
  })

  it('refuses entries of a directory that has no entry (I-13)', async () => {
    const below = [bytes('a\0\0x'), fileEntry(1, 1)] as const
    await refuse((forge) => ({ level: 0, node: forge.leaf([below]) }))
    await refuse((forge) => ({ level: 0, node: forge.leaf([a, below]) }))
    await refuse((forge) => ({ level: 0, node: forge.leaf([[bytes('\0b'), directoryEntry()], below]) }))
    const deep = [bytes('a\0b\0\0x'), fileEntry(1, 1)] as const
    await refuse((forge) => ({ level: 0, node: forge.leaf([[bytes('\0a'), directoryEntry()], deep]) }))
  })

  it('goes on behind a leaf that is missing', async () => {
    for (const [asynchronous, lostIndex] of [
      [false, 0],
      [true, 0],
      [true, 2],
    ] as const) {
      const model: Model = new Map()
      for (let index = 0; index < 2000; index++) {
        addPath(model, [`d${index % 50}`, `f${index}`].map(bytes), fileEntry(2, index))
      }
      const store = new MemoryNodeStore(asynchronous)
      const root = build(model, store)
      const children = decodeInner(store.chunks.get(chunkKey(root.id))!.bytes, 'root').children
      const lost = children[lostIndex]!
      store.chunks.delete(chunkKey(lost.id))
      const cursor = entries(store, root)
      let found = 0
      let failures = 0
      for (;;) {
        try {
          if (!(await cursor.advance())) break
          found++
        } catch {
          failures++
        }
      }
      expect(failures).toBe(1)
      expect(found).toBe(model.size - lost.entryCount)
    }
  })

  it('refuses a node that is stored as another kind of chunk', async () => {
    const store = new MemoryNodeStore()
    const id = store.put(ChunkKind.list, Uint8Array.of(0x82, 0, 0x80))
    await expect(readAll(store, { id, level: 0, entries: 0, bytes: 0 })).rejects.toThrow('missing')
  })
})
