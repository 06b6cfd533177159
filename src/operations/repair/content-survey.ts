import { type Entry, type FileContent, isFileContent, type Xattr } from '../../format/entry.js'
import type { HoleRanges } from '../../format/hole-map.js'
import { type ChunkId, ChunkKind, chunkKey } from '../../format/ids.js'
import {
  decodeListNode,
  type ListChild,
  type ListInner,
  type ListNode,
  verifyListChild,
} from '../../format/list-node.js'
import { PieceCursor } from '../../format/pieces.js'
import { readHoles } from '../../tree/hole-store.js'
import type { NodeSource } from '../../tree/node-store.js'
import { isLost } from './tree-walk.js'

/** Hears of a file's pieces in order. */
export interface PieceSink {
  chunk(id: ChunkId, lengthBytes: number): void
  zeros(lengthBytes: number): void
  /** A range whose chunk, or whose list node, is gone. */
  lost(lengthBytes: number): void
}

/** Whether a chunk can be had. */
export type IsThere = (id: ChunkId, kind: ChunkKind) => boolean | Promise<boolean>

/** Finds out what of an entry's content and attributes can be had. */
export class ContentSurvey {
  /** Lists of which everything is there: 250 bytes each. */
  readonly #wholeLists = new Set<string>()

  constructor(
    private readonly source: NodeSource,
    private readonly isThere: IsThere,
  ) {}

  async isWhole(entry: Entry): Promise<boolean> {
    if ((await this.xattrsLeft(entry.xattrs)).length < entry.xattrs.length) return false
    const { content } = entry
    if (!isFileContent(content)) return true
    if ((await this.holesLeft(content)) === undefined) return false
    return this.#arePiecesWhole(content)
  }

  async xattrsLeft(xattrs: readonly Xattr[]): Promise<Xattr[]> {
    const left: Xattr[] = []
    for (const xattr of xattrs) if (await this.#isValueThere(xattr)) left.push(xattr)
    return left
  }

  /** Undefined where the hole map is gone. */
  async holesLeft({ holes, sizeBytes }: FileContent): Promise<HoleRanges | undefined> {
    try {
      return await readHoles(holes, sizeBytes, this.source, 'hole map')
    } catch (error) {
      if (isLost(error)) return undefined
      throw error
    }
  }

  async pieces(content: FileContent, sink: PieceSink): Promise<void> {
    if (content.form === 'inline') return this.#leaf(content.pieces, sink)
    const { root, sizeBytes, pieceCount } = content
    const node = await this.#node(
      root,
      (found) => found.coveredBytes === sizeBytes && found.pieceCount === pieceCount,
    )
    if (node === undefined) sink.lost(sizeBytes)
    else await this.#below(node, sink)
  }

  async #arePiecesWhole(content: FileContent): Promise<boolean> {
    const key = content.form === 'list' ? chunkKey(content.root) : undefined
    if (key !== undefined && this.#wholeLists.has(key)) return true
    let isWhole = true
    const lost = (): void => {
      isWhole = false
    }
    await this.pieces(content, { chunk: () => {}, zeros: () => {}, lost })
    if (isWhole && key !== undefined) this.#wholeLists.add(key)
    return isWhole
  }

  async #below(node: ListNode, sink: PieceSink): Promise<void> {
    if (!('children' in node)) return this.#leaf(node.pieces, sink)
    for (const child of node.children) await this.#child(node, child, sink)
  }

  async #child(parent: ListInner, child: ListChild, sink: PieceSink): Promise<void> {
    const node = await this.#node(child.id, (found) => {
      verifyListChild(found, parent, child, 'list node')
      return true
    })
    if (node === undefined) sink.lost(child.coveredBytes)
    else await this.#below(node, sink)
  }

  async #leaf(pieces: Uint8Array, sink: PieceSink): Promise<void> {
    const cursor = new PieceCursor(pieces, 'list node')
    while (cursor.next()) {
      const { lengthBytes } = cursor
      if (cursor.isExtent) sink.zeros(lengthBytes)
      else if (await this.isThere(cursor.id, ChunkKind.data)) sink.chunk(cursor.id, lengthBytes)
      else sink.lost(lengthBytes)
    }
  }

  async #node(id: ChunkId, isRight: (node: ListNode) => boolean): Promise<ListNode | undefined> {
    try {
      const node = decodeListNode(await this.source.get(id, ChunkKind.list), 'list node')
      return isRight(node) ? node : undefined
    } catch (error) {
      if (isLost(error)) return undefined
      throw error
    }
  }

  async #isValueThere({ value }: Xattr): Promise<boolean> {
    if (value instanceof Uint8Array) return true
    for (const id of value.ids) if (!(await this.isThere(id, ChunkKind.data))) return false
    return true
  }
}
