import assert from 'node:assert/strict'
import { CorruptError } from '../errors.js'
import { bufferView } from './buffer-view.js'
import type { ChunkId } from './ids.js'
import { idSizeBytes, listLevelsMax, listNodePiecesMax, listNodePiecesMin } from './limits.js'
import { readSafeU64, totalsOfPieces, writeSafeU64 } from './pieces.js'

const childBytes = 8 + 4 + idSizeBytes

export interface ListChild {
  /** Bytes of the file below this child. */
  readonly coveredBytes: number
  /** Pieces below this child. */
  readonly pieceCount: number
  readonly id: ChunkId
}

/** A node of a list (docs/FORMAT.md §7). */
export type ListNode = ListLeaf | ListInner

export interface ListLeaf {
  readonly level: 0
  readonly pieceCount: number
  readonly coveredBytes: number
  /** Packed pieces, a view; checked already. */
  readonly pieces: Buffer
}

export interface ListInner {
  readonly level: number
  readonly pieceCount: number
  readonly coveredBytes: number
  readonly children: readonly ListChild[]
}

/** Does a node end behind the item that was just added as its `count`-th? An extent has no id. */
export function endsListNode(count: number, id: Uint8Array | undefined, idAt = 0): boolean {
  if (count >= listNodePiecesMax) return true
  if (count < listNodePiecesMin || id === undefined) return false
  // The u32 is below 2^32 / 512 = 2^23.
  return id[idAt + 3] === 0 && (id[idAt + 2]! & 0x80) === 0
}

export function encodeListLeaf(pieces: Uint8Array): Buffer {
  const node = Buffer.allocUnsafe(1 + pieces.byteLength)
  node[0] = 0
  node.set(pieces, 1)
  return node
}

export function encodeListInner(level: number, children: readonly ListChild[]): Buffer {
  assert.ok(level > 0 && level < listLevelsMax)
  assert.ok(children.length > 0 && children.length <= listNodePiecesMax)
  const node = Buffer.allocUnsafe(1 + childBytes * children.length)
  node[0] = level
  children.forEach(({ coveredBytes, pieceCount, id }, index) => {
    const at = 1 + childBytes * index
    writeSafeU64(node, coveredBytes, at)
    node.writeUInt32LE(pieceCount, at + 8)
    node.set(id, at + 12)
  })
  return node
}

/** Errors: `corrupt`. */
export function decodeListNode(bytes: Uint8Array, objectName: string): ListNode {
  const node = bufferView(bytes)
  const level = node[0]
  if (node.byteLength < 2 || level! >= listLevelsMax) throw new CorruptError(objectName, 'is not a list node')
  return level === 0 ? decodeLeaf(node, objectName) : decodeInner(node, level!, objectName)
}

function decodeLeaf(node: Buffer, objectName: string): ListLeaf {
  const pieces = node.subarray(1)
  const { count, coveredBytes } = totalsOfPieces(pieces, objectName)
  if (count > listNodePiecesMax) throw new CorruptError(objectName, 'has too many pieces')
  return { level: 0, pieceCount: count, coveredBytes, pieces }
}

function decodeInner(node: Buffer, level: number, objectName: string): ListInner {
  const count = (node.byteLength - 1) / childBytes
  if (!Number.isInteger(count) || count > listNodePiecesMax) {
    throw new CorruptError(objectName, 'has an impossible length')
  }
  const children: ListChild[] = []
  let pieceCount = 0
  let coveredBytes = 0
  for (let at = 1; at < node.byteLength; at += childBytes) {
    const child = {
      coveredBytes: readSafeU64(node, at),
      pieceCount: node.readUInt32LE(at + 8),
      id: node.subarray(at + 12, at + childBytes) as Uint8Array as ChunkId,
    }
    if (child.coveredBytes <= 0 || child.pieceCount === 0)
      throw new CorruptError(objectName, 'has an empty child')
    pieceCount += child.pieceCount
    coveredBytes += child.coveredBytes
    children.push(child)
  }
  if (coveredBytes > Number.MAX_SAFE_INTEGER) throw new CorruptError(objectName, 'covers too many bytes')
  return { level, pieceCount, coveredBytes, children }
}

/** The node must be what its parent said (I-11). Errors: `corrupt`. */
export function verifyListChild(
  node: ListNode,
  parent: ListInner,
  child: ListChild,
  objectName: string,
): void {
  const agrees =
    node.level === parent.level - 1 &&
    node.coveredBytes === child.coveredBytes &&
    node.pieceCount === child.pieceCount
  if (!agrees) throw new CorruptError(objectName, 'is not what the list above it says')
}
