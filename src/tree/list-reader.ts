import { CorruptError } from '../errors.js'
import type { FileContent } from '../format/entry.js'
import { type ChunkId, ChunkKind, hexOf } from '../format/ids.js'
import { decodeListNode, type ListInner, type ListNode, verifyListChild } from '../format/list-node.js'
import { PieceCursor } from '../format/pieces.js'
import type { NodeSource } from './node-store.js'

export interface OffsetRange {
  /** First byte wanted; 0 where it is not given. */
  readonly fromOffset?: number
  /** First byte no longer wanted; the end of the file where it is not given. */
  readonly toOffset?: number
}

const listNodeName = (id: ChunkId): string => `list node ${hexOf(id)}`

/**
 * The pieces of one file that touch a range of it, in order, whole. Reads only the list nodes above them,
 * each once. `objectName` is what errors call the entry. Errors: `corrupt` (I-11, I-15), and what the source
 * throws.
 */
export class FilePieces {
  /** Where in the file the piece begins. */
  offset = 0
  readonly #source: NodeSource
  readonly #content: FileContent
  readonly #from: number
  readonly #to: number
  /**
   * The inner nodes from the root down to the leaf; `next` is the child not yet visited, `offset` where that
   * begins.
   */
  readonly #above: { node: ListInner; next: number; offset: number }[] = []
  #pieces: PieceCursor | undefined
  #nextOffset = 0
  #started = false
  /** An extent directly before the leaf that is open: none may follow it. */
  #afterExtent = false
  readonly #objectName: string

  constructor(
    source: NodeSource,
    content: FileContent,
    range: OffsetRange = {},
    objectName = 'file content',
  ) {
    this.#source = source
    this.#content = content
    this.#from = range.fromOffset ?? 0
    this.#to = Math.min(range.toOffset ?? content.sizeBytes, content.sizeBytes)
    this.#objectName = objectName
  }

  get lengthBytes(): number {
    return this.#pieces!.lengthBytes
  }

  get isExtent(): boolean {
    return this.#pieces!.isExtent
  }

  /** A view of the chunk's id; meaningless for an extent. */
  get id(): ChunkId {
    return this.#pieces!.id
  }

  /** Steps to the next piece; false at the end. A promise only where a node was not at hand. */
  advance(): boolean | Promise<boolean> {
    while (this.#from < this.#to) {
      if (this.#nextInLeaf()) return true
      if (this.#nextOffset >= this.#to) return false
      const opened = this.#openNext()
      if (opened instanceof Promise) return opened.then(() => this.advance())
    }
    return false
  }

  #nextInLeaf(): boolean {
    const pieces = this.#pieces
    while (pieces?.next()) {
      const offset = this.#nextOffset
      this.#nextOffset += pieces.lengthBytes
      if (this.#afterExtent && pieces.isExtent) throw this.#corrupt('has adjacent extents')
      this.#afterExtent = false
      if (this.#nextOffset <= this.#from) continue
      if (offset >= this.#to) return false
      this.offset = offset
      return true
    }
    if (pieces !== undefined) this.#afterExtent = pieces.isExtent
    this.#pieces = undefined
    return false
  }

  /** Opens the root at first, later the next child that touches the range. */
  #openNext(): undefined | Promise<void> {
    if (!this.#started) {
      this.#started = true
      return this.#openRoot()
    }
    const above = this.#above
    while (above.length > 0) {
      const frame = above[above.length - 1]!
      const child = frame.node.children[frame.next]
      if (child === undefined) {
        above.pop()
        continue
      }
      const offset = frame.offset
      frame.next++
      frame.offset += child.coveredBytes
      if (frame.offset <= this.#from) continue
      this.#nextOffset = offset
      return this.#read(child.id, (node) => verifyListChild(node, frame.node, child, listNodeName(child.id)))
    }
    throw this.#corrupt('ends before its size')
  }

  #openRoot(): undefined | Promise<void> {
    const content = this.#content
    if (content.form === 'list') {
      return this.#read(content.root, (node) => {
        if (node.coveredBytes !== content.sizeBytes) throw this.#corrupt('has a list of another size')
        if (node.pieceCount !== content.pieceCount)
          throw this.#corrupt('has a list with another number of pieces')
      })
    }
    this.#pieces = new PieceCursor(content.pieces, this.#objectName)
    return undefined
  }

  #read(id: ChunkId, verify: (node: ListNode) => void): undefined | Promise<void> {
    const enter = (bytes: Uint8Array): void => {
      const name = listNodeName(id)
      const node = decodeListNode(bytes, name)
      verify(node)
      this.#pieces = 'children' in node ? undefined : new PieceCursor(node.pieces, name)
      if ('children' in node) this.#above.push({ node, next: 0, offset: this.#nextOffset })
    }
    const bytes = this.#source.get(id, ChunkKind.list)
    if (bytes instanceof Promise) return bytes.then(enter)
    enter(bytes)
    return undefined
  }

  #corrupt(what: string): CorruptError {
    return new CorruptError(this.#objectName, what)
  }
}
