import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import type { SnapshotId } from '../../src/format/ids.js'
import {
  entryLossExtension,
  entryLossOf,
  lostBytesOf,
  snapshotLossExtension,
  snapshotLossOf,
} from '../../src/format/repair-mark.js'

const sizeBytes = 1_000_000
const ranges = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 })), { maxLength: 50 })
  .map((pairs) => {
    let end = 0
    return pairs.flatMap(([gap, length]) => {
      const offset = end + gap
      end = offset + length
      return [offset, length]
    })
  })
const loss = fc.record({ ranges, attributes: fc.nat(), isHoleMapLost: fc.boolean(), isMadeUp: fc.boolean() })

describe('the mark of repair', () => {
  it('of an entry tells what was put into it', () => {
    fc.assert(
      fc.property(loss, (said) => {
        expect(entryLossOf({ extensions: [entryLossExtension(said)] }, sizeBytes)).toEqual(said)
      }),
    )
  })

  it('is not critical: who does not know it can use the entry', () => {
    const said = { ranges: [0, 5], attributes: 0, isHoleMapLost: false, isMadeUp: false }
    expect(entryLossExtension(said)).toMatchObject({ id: 1, critical: false })
  })

  it('of an entry with very many ranges tells of more than was lost, never of less', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => [at * 50, 10]).flat()
    const said = { ranges: many, attributes: 0, isHoleMapLost: false, isMadeUp: false }
    const told = entryLossOf({ extensions: [entryLossExtension(said)] }, sizeBytes)!
    expect(told.ranges.length).toBeLessThanOrEqual(2 * 4096)
    expect(told.ranges.at(-2)! + told.ranges.at(-1)!).toBe(many.at(-2)! + many.at(-1)!)
    expect(lostBytesOf(told)).toBeGreaterThan(lostBytesOf(said))
  })

  it('of an entry stands for all of it where it cannot be read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, critical) => {
        const told = entryLossOf({ extensions: [{ id: 1, critical, bytes }] }, sizeBytes)
        expect(told?.ranges).toEqual([0, sizeBytes])
      }),
    )
  })

  it('is not there where nothing was repaired', () => {
    expect(entryLossOf({ extensions: [] }, sizeBytes)).toBeUndefined()
    expect(
      entryLossOf({ extensions: [{ id: 2, critical: false, bytes: Buffer.from('x') }] }, 1),
    ).toBeUndefined()
    expect(snapshotLossOf({ extensions: [] })).toBeUndefined()
  })

  it('of a snapshot tells what was put into it, of at most 100 lost parts', () => {
    const subtrees = Array.from({ length: 150 }, (_, at) => ({
      firstKey: `a\0\0${at}` as ByteString,
      entries: at,
      bytes: 10 * at,
    }))
    const said = {
      repairedFrom: 'ab'.repeat(16) as SnapshotId,
      entriesDamaged: 3,
      bytesLost: 4,
      entriesLost: 5,
      subtrees,
    }
    const told = snapshotLossOf({ extensions: [snapshotLossExtension(said)] })
    expect(told).toEqual({ ...said, subtrees: subtrees.slice(0, 100) })
  })

  it('of a snapshot is passed over where it cannot be read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(snapshotLossOf({ extensions: [{ id: 1, critical: false, bytes }] })).toBeUndefined()
      }),
    )
  })
})
