import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ChunkId, chunkKey } from '../../src/format/ids.js'
import { readHoles, storeHoles } from '../../src/tree/hole-store.js'
import { MemoryNodeStore } from './memory-node-store.js'

const rangesOf = (count: number): number[] =>
  Array.from({ length: 2 * count }, (_, index) => (index % 2 === 0 ? 500 * index : 700))

describe('a hole map', () => {
  it('comes back as it was, wherever it is stored', async () => {
    const gaps = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 2 ** 32 }), fc.integer({ min: 1, max: 2 ** 32 })),
      { maxLength: 200, size: 'max' },
    )
    await fc.assert(
      fc.asyncProperty(gaps, async (pairs) => {
        const store = new MemoryNodeStore()
        let end = 0
        const ranges = pairs.flatMap(([gap, length]) => {
          const range = [end + gap, length]
          end += gap + length
          return range
        })
        const stored = storeHoles(ranges, store)
        expect(await readHoles(stored, end, store, 'entry')).toEqual(ranges)
      }),
    )
  })

  it('stands in the entry up to 256 bytes, else in chunks of 65,536 bytes', async () => {
    const store = new MemoryNodeStore()
    expect(storeHoles([], store)).toBeNull()
    expect(storeHoles(rangesOf(10), store)).toBeInstanceOf(Uint8Array)
    const ids = storeHoles(rangesOf(50_000), store) as ChunkId[]
    const sizes = ids.map((id) => store.chunks.get(chunkKey(id))!.bytes.byteLength)
    expect(sizes.slice(0, -1)).toEqual(Array<number>(sizes.length - 1).fill(65_536))
    expect(sizes.length).toBeGreaterThan(2)
    expect(await readHoles(ids, 10 ** 9, store, 'entry')).toEqual(rangesOf(50_000))
  })

  it('is refused where its chunks have other sizes, or it reaches beyond the file', async () => {
    const store = new MemoryNodeStore(true)
    const ids = storeHoles(rangesOf(50_000), store) as ChunkId[]
    const refused = { code: 'corrupt', object: 'entry' }
    await expect(readHoles([...ids].reverse(), 10 ** 9, store, 'entry')).rejects.toMatchObject(refused)
    await expect(readHoles(ids.slice(0, 1), 10 ** 9, store, 'entry')).rejects.toMatchObject(refused)
    await expect(readHoles(ids, 10 ** 6, store, 'entry')).rejects.toMatchObject(refused)
  })
})
