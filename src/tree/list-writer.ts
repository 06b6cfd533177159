import assert from 'node:assert/strict'
import type { FileContent, Holes } from '../format/entry.js'
import { type ChunkId, ChunkKind } from '../format/ids.js'
import { piecesInEntryMaxBytes } from '../format/limits.js'
import { encodeListInner, encodeListLeaf, endsListNode, type ListChild } from '../format/list-node.js'
import { PieceWriter } from '../format/pieces.js'
import type { NodeSink } from './node-store.js'

/**
 * Collects the pieces of one file in order. List nodes go to the sink as soon as they end, so the memory is
 * one open node for each level: at most 72 KB for the leaf and 90 KB for each level above, whatever the
 * file's size.
 */
export class ListWriter {
  readonly #sink: NodeSink
  readonly #leaf = new PieceWriter()
  /** The children of the open inner node of level 1, 2, and so on. */
  readonly #inner: ListChild[][] = []
  /**
   * Zeros not yet written: more may follow, and adjacent extents are one, also where a node ends between
   * them.
   */
  #zerosBytes = 0
  #sizeBytes = 0
  #pieces = 0

  constructor(sink: NodeSink) {
    this.#sink = sink
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  addChunk(id: ChunkId, lengthBytes: number): void {
    this.#settleZeros()
    this.#leaf.appendChunk(id, lengthBytes)
    this.#sizeBytes += lengthBytes
    this.#pieceAdded(id)
  }

  addZeros(lengthBytes: number): void {
    assert.ok(lengthBytes > 0)
    this.#zerosBytes += lengthBytes
    this.#sizeBytes += lengthBytes
  }

  /**
   * The file's content as its entry has it. Leaves the writer empty for the next file.
   * @param holes what `storeHoles` (hole-store.ts) gave.
   */
  finish(holes: Holes = null): FileContent {
    this.#settleZeros()
    const sizeBytes = this.#sizeBytes
    const inline = this.#inner.length === 0 && this.#leaf.sizeBytes <= piecesInEntryMaxBytes
    const content: FileContent = inline
      ? { form: 'inline', sizeBytes, pieces: this.#leaf.bytes(), holes }
      : { form: 'list', sizeBytes, root: this.#finishList(), pieceCount: this.#pieces, holes }
    this.discard()
    return content
  }

  /** Forgets what was added. List nodes that went to the sink stay there. */
  discard(): void {
    this.#leaf.clear()
    this.#inner.length = 0
    this.#zerosBytes = 0
    this.#sizeBytes = 0
    this.#pieces = 0
  }

  #settleZeros(): void {
    if (this.#zerosBytes === 0) return
    this.#leaf.appendExtent(this.#zerosBytes)
    this.#zerosBytes = 0
    this.#pieceAdded(undefined)
  }

  #pieceAdded(id: ChunkId | undefined): void {
    this.#pieces++
    if (endsListNode(this.#leaf.count, id)) this.#endLeaf()
  }

  #endLeaf(): void {
    const leaf = this.#leaf
    const id = this.#sink.put(ChunkKind.list, encodeListLeaf(leaf.bytes()))
    const child = { coveredBytes: leaf.coveredBytes, pieceCount: leaf.count, id }
    leaf.clear()
    this.#addChild(1, child)
  }

  #addChild(level: number, child: ListChild): void {
    if (this.#inner.length < level) this.#inner.push([])
    const children = this.#inner[level - 1]!
    children.push(child)
    if (endsListNode(children.length, child.id)) this.#endInner(level)
  }

  #endInner(level: number): void {
    const children = this.#inner[level - 1]!
    const id = this.#sink.put(ChunkKind.list, encodeListInner(level, children))
    const node = { coveredBytes: 0, pieceCount: 0, id }
    for (const child of children) {
      node.coveredBytes += child.coveredBytes
      node.pieceCount += child.pieceCount
    }
    children.length = 0
    this.#addChild(level + 1, node)
  }

  #finishList(): ChunkId {
    if (this.#leaf.count > 0) this.#endLeaf()
    for (let level = 1; ; level++) {
      const children = this.#inner[level - 1]!
      const highest = this.#inner.length === level
      if (highest && children.length === 1) return children[0]!.id
      if (children.length > 0) this.#endInner(level)
    }
  }
}
