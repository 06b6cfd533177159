import type { ByteString } from '../bytes/byte-string.js'
import { CorruptError } from '../errors.js'
import { cborHeadSizeBytes } from '../format/cbor-writer.js'
import { type ChunkId, hexOf } from '../format/ids.js'
import {
  decodeNode,
  isLeaf,
  type TreeChild,
  type TreeLeaf,
  type TreeNode,
  verifyTreeChild,
} from '../format/tree-node.js'
import type { TreeRoot } from '../format/tree-root.js'

/** A leaf as it was read. */
export interface LoadedLeaf extends TreeLeaf {
  readonly id: ChunkId
  /** Encoded size of its entries, s of docs/FORMAT.md §8.3. */
  readonly itemsSizeBytes: number
}

export const treeNodeName = (id: ChunkId): string => `tree node ${hexOf(id)}`

/** The root must be what the snapshot says (I-14). Errors: `corrupt`. */
export function readRoot(bytes: Uint8Array, root: TreeRoot): TreeNode {
  const name = treeNodeName(root.id)
  const node = decodeNode(bytes, name)
  const agrees =
    node.level === root.level && node.entryCount === root.entries && node.contentBytes === root.bytes
  if (!agrees) throw new CorruptError(name, 'is not what the snapshot says')
  return node
}

/**
 * A child must be what its parent says, and end before the child that follows it (I-14). Levels fall with
 * every step, so no chain of nodes can be a circle.
 * @param before first key of what follows the child in the whole tree; undefined at its end.
 * Errors: `corrupt`.
 */
export function readChild(
  bytes: Uint8Array,
  child: TreeChild,
  parentLevel: number,
  before: ByteString | undefined,
): TreeNode {
  const name = treeNodeName(child.id)
  const node = decodeNode(bytes, name)
  verifyTreeChild(node, parentLevel, child, name)
  if (before !== undefined && lastKeyOf(node) >= before)
    throw new CorruptError(name, 'reaches into the next node')
  return node
}

export const loadedLeaf = (leaf: TreeLeaf, id: ChunkId, sizeBytes: number): LoadedLeaf => ({
  level: 0,
  entries: leaf.entries,
  entryCount: leaf.entryCount,
  contentBytes: leaf.contentBytes,
  id,
  itemsSizeBytes: sizeBytes - 2 - cborHeadSizeBytes(leaf.entryCount),
})

/** Of an inner node, the first key of its last child. */
function lastKeyOf(node: TreeNode): ByteString {
  if (isLeaf(node)) return node.entries[node.entries.length - 1]!.key
  return node.children[node.children.length - 1]!.firstKey
}
