import fc from 'fast-check'
import { expect, it } from 'vitest'
import { blockOrdinalOf, chunkOrdinalOf } from '../../../src/chunk-index/entry.js'
import { ChunkKind } from '../../../src/format/ids.js'
import { PlaceTable } from '../../../src/operations/check/place-table.js'
import { noise } from './small-repository.js'

const partsOf = (ids: Uint8Array, blockChunkCounts: Uint32Array) => ({
  kind: ChunkKind.data,
  writerSlot: new Uint8Array(16),
  blockSizes: new Uint32Array(blockChunkCounts.length),
  blockTags: new Uint8Array(16 * blockChunkCounts.length),
  chunkSizes: new Uint32Array(ids.length / 32),
  blockChunkCounts,
  ids,
})

it('a table gives every place of every chunk, and none for others', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 60 }),
      fc.nat(),
      (counts, seed) => {
        const chunks = counts.reduce((sum, count) => sum + count, 0)
        const ids = noise(`${seed}`, 32 * chunks)
        const table = new PlaceTable()
        table.add(0, partsOf(ids, Uint32Array.from(counts)))
        table.add(1, partsOf(ids.subarray(0, 32), Uint32Array.of(1)))
        expect(table.count).toBe(chunks + 1)
        counts.reduce((first, count, block) => {
          for (let ordinal = 0; ordinal < count; ordinal += 7) {
            const places: string[] = []
            table.forEach(ids.subarray(32 * (first + ordinal)), (pack, location) =>
              places.push(`${pack} ${blockOrdinalOf(location)} ${chunkOrdinalOf(location)}`),
            )
            expect(places).toContain(`0 ${block} ${ordinal}`)
            expect(places.length).toBe(first + ordinal === 0 ? 2 : 1)
          }
          return first + count
        }, 0)
        table.forEach(noise('another', 32), () => expect.fail('a chunk that is not there'))
      },
    ),
    { numRuns: 30 },
  )
})
