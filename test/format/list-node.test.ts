import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeHoles, encodeHoles } from '../../src/format/hole-map.js'
import {
  decodeListNode,
  encodeListInner,
  encodeListLeaf,
  endsListNode,
  type ListInner,
  verifyListChild,
} from '../../src/format/list-node.js'
import { PieceCursor, PieceWriter, totalsOfPieces } from '../../src/format/pieces.js'
import { expectFlipsUnderstood, expectRefused, expectTruncationsRefused } from './damage.js'
import { chunkId, inlinePieces } from './samples.js'

interface Piece {
  readonly id?: Uint8Array
  readonly length: number
}

const pieces = fc.array(
  fc.oneof(
    fc.record({
      id: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      length: fc.integer({ min: 1, max: 4_194_304 }),
    }),
    fc.record({ length: fc.integer({ min: 1, max: 2 ** 40 }) }),
  ),
  { minLength: 1, maxLength: 60 },
)

function pack(list: readonly Piece[]): PieceWriter {
  const writer = new PieceWriter(4)
  for (const { id, length } of list) {
    if (id === undefined) writer.appendExtent(length)
    else writer.appendChunk(id, length)
  }
  return writer
}

function unpack(bytes: Uint8Array): Piece[] {
  const cursor = new PieceCursor(bytes, 'x')
  const list: Piece[] = []
  while (cursor.next()) {
    const length = cursor.lengthBytes
    list.push(cursor.isExtent ? { length } : { id: Uint8Array.from(cursor.id), length })
  }
  return list
}

function merged(list: readonly Piece[]): Piece[] {
  const result: Piece[] = []
  for (const piece of list) {
    const last = result.at(-1)
    if (piece.id === undefined && last !== undefined && last.id === undefined) {
      result[result.length - 1] = { length: last.length + piece.length }
    } else result.push(piece)
  }
  return result
}

test('pieces come back in order, and extents that touch become one', () => {
  fc.assert(
    fc.property(pieces, (list) => {
      const writer = pack(list)
      expect(unpack(writer.bytes())).toEqual(merged(list))
      const totals = totalsOfPieces(writer.bytes(), 'x')
      expect(totals).toEqual({ count: writer.count, coveredBytes: writer.coveredBytes })
      expect(totals.coveredBytes).toBe(list.reduce((sum, { length }) => sum + length, 0))
    }),
  )
})

test('pieces that are cut off, too long, empty or not merged are corrupt', () => {
  const extent = pack([{ length: 5 }]).bytes()
  const bytes = pack([{ id: chunkId(1), length: 9 }]).bytes()
  for (let length = 1; length < bytes.byteLength; length++)
    expectRefused(() => totalsOfPieces(bytes.subarray(0, length), 'x'))
  expectRefused(() => totalsOfPieces(Buffer.concat([extent, extent]), 'x'), 'adjacent extents')
  expectRefused(() => totalsOfPieces(Buffer.alloc(11), 'x'), 'an extent of nothing')
  expectRefused(
    () => totalsOfPieces(Buffer.concat([Buffer.alloc(3), Buffer.alloc(8, 0xff)]), 'x'),
    'beyond 2^53',
  )
  expectRefused(
    () => totalsOfPieces(Buffer.concat([Buffer.of(1, 0, 64), chunkId(1)]), 'x'),
    'a chunk above 4 MiB',
  )
})

test('a leaf and an inner node give back what was put in', () => {
  const leaf = decodeListNode(encodeListLeaf(inlinePieces(3, 4).bytes()), 'x')
  expect(leaf).toMatchObject({ level: 0, pieceCount: 2, coveredBytes: 7 })
  const children = [
    { coveredBytes: 2 ** 40, pieceCount: 70, id: chunkId(1) },
    { coveredBytes: 7, pieceCount: 2, id: chunkId(5) },
  ]
  const inner = decodeListNode(encodeListInner(3, children), 'x') as ListInner
  expect(inner).toMatchObject({ level: 3, pieceCount: 72, coveredBytes: 2 ** 40 + 7 })
  expect(inner.children.map((child) => ({ ...child, id: Uint8Array.from(child.id) }))).toEqual(
    children.map((child) => ({ ...child, id: Uint8Array.from(child.id) })),
  )
})

test('a changed or shortened list node never means the same', () => {
  const leaf = encodeListLeaf(inlinePieces(3).bytes())
  const inner = encodeListInner(1, [{ coveredBytes: 9, pieceCount: 64, id: chunkId(1) }])
  for (const node of [leaf, inner]) {
    expectTruncationsRefused(node, (bytes) => decodeListNode(bytes, 'x'))
    expectFlipsUnderstood(node, (bytes) => decodeListNode(bytes, 'x'))
  }
  expectRefused(() => decodeListNode(Buffer.concat([Buffer.of(8), inner.subarray(1)]), 'x'), 'level')
  expectRefused(
    () => decodeListNode(encodeListLeaf(inlinePieces(...new Array(2049).fill(1)).bytes()), 'x'),
    'too many',
  )
})

test('a node that is not what its parent says is corrupt (I-11)', () => {
  const node = decodeListNode(encodeListLeaf(inlinePieces(3, 4).bytes()), 'x')
  const child = { coveredBytes: 7, pieceCount: 2, id: chunkId(1) }
  const parent = (level: number) => ({ level, pieceCount: 2, coveredBytes: 7, children: [child] })
  verifyListChild(node, parent(1), child, 'x')
  expectRefused(() => verifyListChild(node, parent(2), child, 'x'))
  expectRefused(() => verifyListChild(node, parent(1), { ...child, coveredBytes: 8 }, 'x'))
  expectRefused(() => verifyListChild(node, parent(1), { ...child, pieceCount: 3 }, 'x'))
})

test('a list node ends behind an id whose u32 is below 2^23, from 64 pieces on, and at 2,048', () => {
  const below = Buffer.from('ffff7f00', 'hex')
  const above = Buffer.from('00008000', 'hex')
  expect([63, 64, 2047].map((count) => endsListNode(count, below))).toEqual([false, true, true])
  expect([63, 64, 2047, 2048].map((count) => endsListNode(count, above))).toEqual([false, false, false, true])
  expect([64, 2047, 2048].map((count) => endsListNode(count, undefined))).toEqual([false, false, true])
})

test('a hole map gives back its ranges', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 30 }), fc.integer({ min: 1, max: 2 ** 30 })), {
        minLength: 1,
      }),
      (first, pairs) => {
        const ranges: number[] = []
        let end = 0
        pairs.forEach(([gap, length], index) => {
          const offset = end + (index === 0 ? first : gap)
          ranges.push(offset, length)
          end = offset + length
        })
        expect(decodeHoles(encodeHoles(ranges), end, 'x')).toEqual(ranges)
        expectRefused(() => decodeHoles(encodeHoles(ranges), end - 1, 'x'))
      },
    ),
  )
})

test('a hole map that is odd, empty or does not ascend is corrupt', () => {
  for (const hex of ['80', '8101', '820100', '8401010001', '8201', '82010100', '9b001fffffffffffff']) {
    expectRefused(() => decodeHoles(Buffer.from(hex, 'hex'), 1000, 'x'), hex)
  }
})
