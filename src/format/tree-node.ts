import type { ByteString } from '../bytes/byte-string.js'
import { CorruptError } from '../errors.js'
import { CborReader } from './cbor-reader.js'
import { addContentBytes, contentSizeBytesOf } from './entry.js'
import { readId } from './entry-content.js'
import type { ChunkId } from './ids.js'
import { treeLevelsMax } from './limits.js'
import { NodeKeys } from './node-keys.js'
import { OwnerNames, StoredEntry } from './stored-entry.js'

const safeMax = Number.MAX_SAFE_INTEGER

/** A child of an inner node (docs/FORMAT.md §8.2). */
export interface TreeChild {
  readonly firstKey: ByteString
  readonly id: ChunkId
  /** Number of entries below it. */
  readonly entryCount: number
  /** Bytes of file content below it. */
  readonly contentBytes: number
}

export interface TreeLeaf {
  readonly level: 0
  readonly entries: readonly StoredEntry[]
  readonly entryCount: number
  readonly contentBytes: number
}

export interface TreeInner {
  readonly level: number
  readonly children: readonly TreeChild[]
  readonly entryCount: number
  readonly contentBytes: number
}

export type TreeNode = TreeLeaf | TreeInner

export const isLeaf = (node: TreeNode): node is TreeLeaf => 'entries' in node

/** Decodes a node of any level with all that can be checked inside it (I-1, I-12, I-14, I-15). Errors: `corrupt`. */
export function decodeNode(bytes: Uint8Array, objectName: string): TreeNode {
  const reader = new CborReader(bytes, objectName)
  reader.arrayOf(2, 'node')
  const level = reader.uint(treeLevelsMax - 1, 'level')
  const node = level === 0 ? readLeaf(reader) : readInner(reader, level)
  reader.end()
  return node
}

/** A node that must be a leaf. Errors: `corrupt`. */
export function decodeLeaf(bytes: Uint8Array, objectName: string): TreeLeaf {
  const node = decodeNode(bytes, objectName)
  if (!isLeaf(node)) throw new CorruptError(objectName, 'is not a leaf')
  return node
}

/** A node that must be an inner one. Errors: `corrupt`. */
export function decodeInner(bytes: Uint8Array, objectName: string): TreeInner {
  const node = decodeNode(bytes, objectName)
  if (isLeaf(node)) throw new CorruptError(objectName, 'is a leaf')
  return node
}

/** The node must be what its parent said (I-14). Errors: `corrupt`. */
export function verifyTreeChild(
  node: TreeNode,
  parentLevel: number,
  child: TreeChild,
  objectName: string,
): void {
  const agrees =
    node.level === parentLevel - 1 &&
    node.entryCount === child.entryCount &&
    node.contentBytes === child.contentBytes &&
    firstKeyOf(node) === child.firstKey
  if (!agrees) throw new CorruptError(objectName, 'is not what the node above it says')
}

/** Undefined only for the empty tree. */
export const firstKeyOf = (node: TreeNode): ByteString | undefined =>
  isLeaf(node) ? node.entries[0]?.key : node.children[0]!.firstKey

function readLeaf(reader: CborReader): TreeLeaf {
  const count = reader.arrayHead('items')
  const keys = new NodeKeys()
  const names = new OwnerNames()
  const entries: StoredEntry[] = []
  let contentBytes = 0
  for (let index = 0; index < count; index++) {
    reader.arrayOf(19, 'entry')
    const entry = new StoredEntry(keys.next(reader), reader, names)
    contentBytes = addContentBytes(contentBytes, contentSizeBytesOf(entry))
    entries.push(entry)
  }
  return { level: 0, entries, entryCount: count, contentBytes }
}

function readInner(reader: CborReader, level: number): TreeInner {
  const count = reader.arrayHead('items')
  if (count === 0) throw reader.corrupt('inner node is empty')
  const keys = new NodeKeys()
  const children: TreeChild[] = []
  let entryCount = 0
  let contentBytes = 0
  for (let index = 0; index < count; index++) {
    const child = readChild(reader, keys)
    entryCount += child.entryCount
    contentBytes = addContentBytes(contentBytes, child.contentBytes)
    children.push(child)
  }
  if (entryCount > safeMax) throw reader.corrupt('counts are too large')
  return { level, children, entryCount, contentBytes }
}

function readChild(reader: CborReader, keys: NodeKeys): TreeChild {
  reader.arrayOf(5, 'child')
  const firstKey = keys.next(reader)
  const id = readId(reader)
  const entryCount = reader.uint(safeMax, 'number of entries')
  if (entryCount === 0) throw reader.corrupt('child is empty')
  return { firstKey, id, entryCount, contentBytes: reader.uint(safeMax, 'number of bytes') }
}
