import { describe, expect, it } from 'vitest'
import { chunkKey, hexOf } from '../../src/format/ids.js'
import { isLeaf } from '../../src/format/tree-node.js'
import { visitNodes } from '../../src/tree/walk-nodes.js'
import { NodeForge, rootAt } from './malformed-tree.js'
import { MemoryNodeStore } from './memory-node-store.js'
import { build, bytes, fileEntry, largeModel, sorted } from './tree-samples.js'

describe('a walk over the nodes of trees', () => {
  it('visits each distinct node of all roots once, parents first, with its entries', async () => {
    for (const asynchronous of [false, true]) {
      const store = new MemoryNodeStore(asynchronous)
      const model = largeModel(3000)
      const key = sorted(model)[1500]![0]
      const roots = [build(model, store), build(new Map(model).set(key, fileEntry(9, 9)), store)]
      const seen: string[] = []
      const keys = new Set<string>()
      await visitNodes([...roots, roots[0]!], store, ({ id, node, sizeBytes }) => {
        seen.push(chunkKey(id))
        expect(sizeBytes).toBe(store.chunks.get(chunkKey(id))!.bytes.byteLength)
        if (isLeaf(node)) for (const entry of node.entries) keys.add(entry.key)
      })
      expect(seen[0]).toBe(chunkKey(roots[0]!.id))
      expect(new Set(seen)).toEqual(new Set(store.chunks.keys()))
      expect(seen.length).toBe(store.chunks.size)
      expect(store.reads.length).toBe(store.chunks.size)
      expect(keys.size).toBe(model.size)
    }
  })

  it('reads nothing of what is skipped', async () => {
    const store = new MemoryNodeStore(true)
    const model = largeModel(3000)
    const known = new Set<string>()
    await visitNodes([build(model, store)], store, ({ id }) => void known.add(chunkKey(id)))
    const after = build(new Map(model).set(sorted(model)[7]![0], fileEntry(9, 9)), store)
    store.forgetReads()
    let visited = 0
    await visitNodes([after], store, () => void visited++, { skip: (id) => known.has(chunkKey(id)) })
    expect(store.reads.length).toBe(visited)
    expect(visited).toBeLessThan(8)
  })

  it('stops at a node that is missing, or tells of it and goes on', async () => {
    const store = new MemoryNodeStore()
    const root = build(largeModel(3000), store)
    const total = store.chunks.size
    const [lost] = [...store.chunks.keys()].slice(4, 5)
    store.chunks.delete(lost!)
    await expect(visitNodes([root], store, () => {})).rejects.toMatchObject({ code: 'corrupt' })
    const failed: string[] = []
    let visited = 0
    await visitNodes([root], store, () => void visited++, {
      onError: (_, id) => void failed.push(chunkKey(id)),
    })
    expect(failed).toEqual([lost])
    expect(visited).toBe(total - 1)
  })

  it('does not take an error of the visitor for one of the store', async () => {
    const store = new MemoryNodeStore()
    const root = build(largeModel(300), store)
    const stop = () => {
      throw new Error('enough')
    }
    await expect(visitNodes([root], store, stop, { onError: () => {} })).rejects.toThrow('enough')
  })

  it('refuses a node that two parents describe differently (I-14)', async () => {
    const store = new MemoryNodeStore()
    const forge = new NodeForge(store)
    const leaf = forge.leaf([[bytes('\0a'), fileEntry(1, 1)]])
    const right = rootAt(1, forge.inner(1, [leaf]))
    for (const wrong of [{ entryCount: 2 }, { contentBytes: 5 }, { firstKey: bytes('\0b') }]) {
      const root = rootAt(1, forge.inner(1, [{ ...leaf, ...wrong }]))
      await expect(visitNodes([right, root], store, () => {})).rejects.toMatchObject({
        object: `tree node ${hexOf(leaf.id)}`,
      })
    }
  })
})
