import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { encodeEntryValue } from '../../src/format/entry-value.js'
import { splitKey } from '../../src/format/tree-key.js'
import type { TreeRoot } from '../../src/format/tree-root.js'
import { type KeyRange, subtreeRange } from '../../src/tree/key-range.js'
import type { NodeSource } from '../../src/tree/node-store.js'
import { diff } from '../../src/tree/tree-diff.js'
import { MemoryNodeStore } from './memory-node-store.js'
import {
  build,
  bytes,
  encodedEntry,
  fileEntry,
  largeModel,
  linkEntry,
  type Model,
  modelArbitrary,
  sorted,
} from './tree-samples.js'

type Change = [ByteString, string | undefined, string | undefined]

async function changes(
  source: NodeSource,
  before: TreeRoot,
  after: TreeRoot,
  range?: KeyRange,
): Promise<Change[]> {
  const found: Change[] = []
  for await (const change of diff(source, before, after, range)) {
    found.push([change.key, encodedEntry(change.before), encodedEntry(change.after)])
  }
  return found
}

function naiveChanges(before: Model, after: Model): Change[] {
  const keys = sorted(new Map([...before, ...after])).map(([key]) => key)
  const value = (model: Model, key: ByteString): string | undefined => {
    const entry = model.get(key)
    return entry === undefined ? undefined : encodeEntryValue(entry).toString('hex')
  }
  const all = keys.map((key): Change => [key, value(before, key), value(after, key)])
  return all.filter(([, old, now]) => old !== now)
}

const pairArbitrary = fc
  .tuple(modelArbitrary(50), modelArbitrary(10), fc.array(fc.nat(), { maxLength: 10 }))
  .map(([model, added, removed]): [Model, Model] => {
    const after = new Map([...model, ...added])
    const keys = [...after.keys()]
    for (const index of removed) after.delete(keys[index % Math.max(1, keys.length)]!)
    return [model, after]
  })

describe('the difference of two trees', () => {
  it('is that of the two maps', async () => {
    await fc.assert(
      fc.asyncProperty(pairArbitrary, fc.boolean(), async ([before, after], asynchronous) => {
        const store = new MemoryNodeStore(asynchronous)
        const [a, b] = [build(before, store), build(after, store)]
        expect(await changes(store, a, b)).toEqual(naiveChanges(before, after))
        expect(await changes(store, b, a)).toEqual(naiveChanges(after, before))
      }),
      { numRuns: 60 },
    )
  })

  it('is that of the two maps where they have nothing in common', async () => {
    await fc.assert(
      fc.asyncProperty(modelArbitrary(30), modelArbitrary(30), async (before, after) => {
        const store = new MemoryNodeStore()
        expect(await changes(store, build(before, store), build(after, store))).toEqual(
          naiveChanges(before, after),
        )
      }),
      { numRuns: 40 },
    )
  })

  it('can be had for one directory', async () => {
    await fc.assert(
      fc.asyncProperty(pairArbitrary, async ([before, after]) => {
        const store = new MemoryNodeStore()
        const [a, b] = [build(before, store), build(after, store)]
        for (const directory of new Set([...before.keys()].map((key) => splitKey(key).directory))) {
          const expected = naiveChanges(before, after).filter(([key]) => {
            const other = splitKey(key).directory
            return directory === '' || other === directory || other.startsWith(`${directory}/`)
          })
          expect(await changes(store, a, b, subtreeRange(directory))).toEqual(expected)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('works between trees of different heights, and from and to the empty tree', async () => {
    const store = new MemoryNodeStore()
    const models = [new Map(), largeModel(3), largeModel(500), largeModel(9000)] as Model[]
    const roots = models.map((model) => build(model, store))
    expect(roots.map((root) => root.level)).toEqual([0, 0, 1, 2])
    for (const [i, before] of models.entries()) {
      for (const [j, after] of models.entries()) {
        expect(await changes(store, roots[i]!, roots[j]!)).toEqual(naiveChanges(before, after))
      }
    }
  })

  it('reads nothing where the roots are the same', async () => {
    const store = new MemoryNodeStore()
    const root = build(largeModel(3000), store)
    store.forgetReads()
    expect(await changes(store, root, root)).toEqual([])
    expect(store.reads.length).toBe(0)
  })

  it('reads one node for each level and side where a value changed', async () => {
    const store = new MemoryNodeStore()
    const model = largeModel(9000)
    const before = build(model, store)
    for (const at of [0, 1234, 8999]) {
      const key = sorted(model)[at]![0]
      const after = build(new Map(model).set(key, { ...model.get(key)!, mode: 0o600 }), store)
      store.forgetReads()
      expect((await changes(store, before, after)).map(([changed]) => changed)).toEqual([key])
      expect(store.reads.length).toBe(2 * (before.level + 1))
    }
  })

  it('reads few nodes where entries come and go', async () => {
    const store = new MemoryNodeStore()
    const model = largeModel(9000)
    const before = build(model, store)
    for (let at = 300; at < 9000; at += 1500) {
      const key = sorted(model)[at]![0]
      const changed = new Map(model).set(bytes(`${key}.new`), linkEntry('x'.repeat(200)))
      changed.delete(key)
      const after = build(changed, store)
      store.forgetReads()
      expect((await changes(store, before, after)).length).toBe(2)
      expect(store.reads.length).toBeLessThan(40)
    }
  })

  it('reads only what it must for a directory that did not change', async () => {
    const store = new MemoryNodeStore()
    const model = largeModel(9000)
    const before = build(model, store)
    const after = build(new Map(model).set(bytes('\0zzz'), fileEntry(1, 1)), store)
    store.forgetReads()
    expect(await changes(store, before, after, subtreeRange(bytes('area-3')))).toEqual([])
    expect(store.reads.length).toBeLessThanOrEqual(8)
  })
})
