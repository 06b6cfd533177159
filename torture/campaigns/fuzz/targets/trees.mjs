import { load } from '../../../../bench/machine/dist.mjs'
import { chunkId, pieceBytes, sampleEntries } from '../samples.mjs'

const { encodeEntryValue } = await load('format/entry-value.js')
const { decodeHoles, encodeHoles } = await load('format/hole-map.js')
const { decodeListNode, encodeListInner, encodeListLeaf } = await load('format/list-node.js')
const { assembleInner, assembleLeaf } = await load('format/node-writer.js')
const { PieceCursor } = await load('format/pieces.js')
const { keyOf, nameAtOfKey, pathOfKey, splitKey } = await load('format/tree-key.js')
const { decodeNode, isLeaf } = await load('format/tree-node.js')

const items = sampleEntries.map((entry, index) => ({
  key: keyOf(index < 3 ? '' : 'directory', `name ${index}`),
  value: encodeEntryValue(entry),
}))
const leaf = assembleLeaf(items)
const inner = assembleInner(
  2,
  Array.from({ length: 20 }, (_, index) => ({
    firstKey: keyOf('some/directory', `child ${String(index).padStart(3, '0')}`),
    id: chunkId(index),
    entryCount: 5 + index,
    contentBytes: 1000 * index,
  })),
)
const pieces = pieceBytes(1000, -2_000_000, 3000, 4000, -5_000_000)
const child = (from) => ({ coveredBytes: 70_000 + from, pieceCount: 64 + from, id: chunkId(from) })

/** What leaves say is used as the operations use it. */
const useNode = (bytes) => {
  const node = decodeNode(bytes, 'tree node')
  if (isLeaf(node))
    for (const entry of node.entries) {
      splitKey(entry.key)
      pathOfKey(entry.key)
    }
  return node
}

const again = (node) =>
  isLeaf(node)
    ? assembleLeaf(node.entries.map(({ key, valueBytes }) => ({ key, value: valueBytes })))
    : assembleInner(node.level, node.children)

const againFromEntries = (node) =>
  isLeaf(node)
    ? assembleLeaf(node.entries.map((entry) => ({ key: entry.key, value: encodeEntryValue(entry) })))
    : assembleInner(node.level, node.children)

const usePieces = (bytes) => {
  const cursor = new PieceCursor(bytes, 'pieces')
  while (cursor.next()) if (!cursor.isExtent) cursor.id.toString()
}

export const targets = [
  {
    name: 'tree leaf',
    valid: [leaf, assembleLeaf([])],
    decode: useNode,
    encode: again,
    takesStructures: true,
  },
  { name: 'tree leaf, entry by entry', valid: [leaf], decode: useNode, encode: againFromEntries },
  { name: 'inner tree node', valid: [inner], decode: useNode, encode: again, takesStructures: true },
  {
    name: 'list node',
    valid: [encodeListLeaf(pieces.bytes), encodeListInner(1, [child(1), child(2), child(3)])],
    decode: (bytes) => decodeListNode(bytes, 'list node'),
    encode: (node) =>
      'children' in node ? encodeListInner(node.level, node.children) : encodeListLeaf(node.pieces),
  },
  { name: 'pieces', valid: [pieces.bytes], decode: usePieces },
  {
    name: 'hole map',
    valid: [encodeHoles([0, 500, 1000, 500, 70_000, 900_000])],
    decode: (bytes) => decodeHoles(bytes, 2_000_000, 'hole map'),
    encode: (ranges) => encodeHoles(ranges),
    takesStructures: true,
  },
  {
    name: 'tree key',
    valid: [Buffer.from(keyOf('some/directory', 'name'), 'latin1')],
    decode: (bytes) => {
      if (nameAtOfKey(bytes, bytes.length) >= 0) pathOfKey(bytes.toString('latin1'))
    },
  },
]
