import { expect } from 'vitest'
import { type ByteString, byteStringOf, byteStringOfText } from '../../src/bytes/byte-string.js'
import { type Entry, EntryType } from '../../src/format/entry.js'
import { encodeEntryValue } from '../../src/format/entry-value.js'
import { encodeHoles } from '../../src/format/hole-map.js'
import { decodeListNode, encodeListInner, encodeListLeaf } from '../../src/format/list-node.js'
import { assembleInner, assembleLeaf } from '../../src/format/node-writer.js'
import { PieceWriter } from '../../src/format/pieces.js'
import { keyOf } from '../../src/format/tree-key.js'
import { decodeInner, decodeLeaf } from '../../src/format/tree-node.js'
import { chunkId, counting, inlinePieces, sampleFile } from './samples.js'

import { hex, hexed, type Vector } from './vector.js'

const root = '' as ByteString

export function treeVectors(): Vector[] {
  const list = { form: 'list' as const, sizeBytes: 6_000_000_000, root: chunkId(9), pieceCount: 100_000 }
  const special = { mode: 0o755, content: null, inode: 0, mtimeSeconds: 0, mtimeNanoseconds: 0 }
  const entries: [ByteString, Entry][] = [
    [keyOf(root, byteStringOfText('etc')), sampleFile({ ...special, type: EntryType.directory, links: 3 })],
    [keyOf(root, byteStringOf(Buffer.of(0xe4))), sampleFile({ links: 2, mount: 1, flags: 1 })],
    [
      keyOf(byteStringOfText('etc'), byteStringOfText('big')),
      sampleFile({ content: { ...list, holes: [chunkId(4)] } }),
    ],
    [
      keyOf(byteStringOfText('etc'), byteStringOfText('bin')),
      sampleFile({
        xattrs: [
          { name: byteStringOfText('user.a'), value: counting(3) },
          { name: byteStringOfText('user.b'), value: { sizeBytes: 66_000, ids: [chunkId(1), chunkId(2)] } },
        ],
        content: {
          form: 'inline',
          sizeBytes: 9,
          pieces: inlinePieces(9).bytes(),
          holes: encodeHoles([0, 4, 6, 3]),
        },
      }),
    ],
    [
      keyOf(byteStringOfText('etc'), byteStringOfText('link')),
      sampleFile({ type: EntryType.symlink, content: byteStringOfText('../x') }),
    ],
    [
      keyOf(byteStringOfText('etc'), byteStringOfText('pipe')),
      sampleFile({ ...special, type: EntryType.fifo }),
    ],
    [
      keyOf(byteStringOfText('etc'), byteStringOfText('sda')),
      sampleFile({ type: EntryType.blockDevice, content: { major: 8, minor: 0 } }),
    ],
  ]
  const children = [
    { firstKey: entries[0]![0], id: chunkId(1), entryCount: 200, contentBytes: 0 },
    { firstKey: entries[2]![0], id: chunkId(2), entryCount: 7, contentBytes: 2 ** 40 },
  ]
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value, hexed)) as unknown
  return [
    {
      what: 'a leaf with entries of every shape (§8.2); keys in hex',
      input: entries.map(([key, entry]) => ({
        key: Buffer.from(key, 'latin1').toString('hex'),
        ...(plain(entry) as object),
      })),
      bytes: hex(assembleLeaf(entries.map(([key, entry]) => ({ key, value: encodeEntryValue(entry) })))),
      check: (bytes) => {
        const leaf = decodeLeaf(bytes, 'x')
        expect(leaf.entries.map(({ key }) => key)).toEqual(entries.map(([key]) => key))
        leaf.entries.forEach((entry, index) => {
          expect(Buffer.from(entry.valueBytes)).toEqual(encodeEntryValue(entries[index]![1]))
        })
      },
    },
    {
      what: 'an inner node of level 1 (§8.2); keys in hex',
      input: children.map((child) => ({
        ...(plain(child) as object),
        firstKey: Buffer.from(child.firstKey, 'latin1').toString('hex'),
      })),
      bytes: hex(assembleInner(1, children)),
      check: (bytes) => {
        const node = decodeInner(bytes, 'x')
        expect(node.children.map(({ firstKey, entryCount }) => [firstKey, entryCount])).toEqual(
          children.map(({ firstKey, entryCount }) => [firstKey, entryCount]),
        )
        expect(node.contentBytes).toBe(2 ** 40)
      },
    },
    {
      what: 'the empty tree',
      input: [],
      bytes: hex(assembleLeaf([])),
      check: (bytes) => expect(decodeLeaf(bytes, 'x').entryCount).toBe(0),
    },
  ]
}

export function listVectors(): Vector[] {
  const pieces = new PieceWriter()
  pieces.appendChunk(chunkId(1), 16_384)
  pieces.appendExtent(2 ** 40)
  pieces.appendExtent(5)
  pieces.appendChunk(chunkId(2), 4_194_304)
  const children = [
    { coveredBytes: 2 ** 40 + 4_210_693, pieceCount: 64, id: chunkId(3) },
    { coveredBytes: 1, pieceCount: 1, id: chunkId(4) },
  ]
  return [
    {
      what: 'a leaf of a list: a chunk, an extent of 2^40 + 5 zeros, a chunk (§7)',
      input: [
        { id: hex(chunkId(1)), length: 16_384 },
        { extent: 2 ** 40 + 5 },
        { id: hex(chunkId(2)), length: 4_194_304 },
      ],
      bytes: hex(encodeListLeaf(pieces.bytes())),
      check: (bytes) =>
        expect(decodeListNode(bytes, 'x')).toMatchObject({
          level: 0,
          pieceCount: 3,
          coveredBytes: 2 ** 40 + 4_210_693,
        }),
    },
    {
      what: 'an inner node of a list (§7)',
      input: children.map((child) => ({ ...child, id: hex(child.id) })),
      bytes: hex(encodeListInner(1, children)),
      check: (bytes) =>
        expect(decodeListNode(bytes, 'x')).toMatchObject({
          level: 1,
          pieceCount: 65,
          coveredBytes: 2 ** 40 + 4_210_694,
        }),
    },
    {
      what: 'a hole map: 10 bytes at 4, 1 byte at 100 (§7)',
      input: [4, 10, 100, 1],
      bytes: hex(encodeHoles([4, 10, 100, 1])),
      check: (bytes) => expect(bytes).toEqual(Buffer.from('84040a185601', 'hex')),
    },
  ]
}
