import type { ByteString } from '../../bytes/byte-string.js'
import { CorruptError } from '../../errors.js'
import { EntryType, type FileContent, isFileContent } from '../../format/entry.js'
import { type ChunkId, ChunkKind, hexOf } from '../../format/ids.js'
import { xattrChunkMaxBytes } from '../../format/limits.js'
import { decodeListNode, type ListNode, verifyListChild } from '../../format/list-node.js'
import { PieceCursor } from '../../format/pieces.js'
import type { Snapshot } from '../../format/snapshot.js'
import type { StoredEntry } from '../../format/stored-entry.js'
import { isLeaf, type TreeNode } from '../../format/tree-node.js'
import type { NodeSource } from '../../tree/node-store.js'
import { readChild, readRoot } from '../../tree/read-node.js'
import type { ChunkOwners, Claim } from './chunk-owners.js'

/** Sums over chunks that are referred to; each chunk counts once. */
export interface ChunkTotals {
  chunks: number
  bytes: number
}

/**
 * Goes through one snapshot after the other and finds the chunks that only one of them refers to. What lies below a node is
 * read for its first owner, once more when a second one comes, and never again: everything below is shared then.
 */
export class SnapshotUsage {
  /** For each owner: bytes of the chunks that nobody else refers to. */
  readonly onlyHereBytes: number[] = []
  readonly unique: ChunkTotals = { chunks: 0, bytes: 0 }
  #owner = 0
  #counts = true

  constructor(
    private readonly source: NodeSource,
    private readonly owners: ChunkOwners,
    /** Called between two nodes; what it throws ends the walk. */
    private readonly onNode: () => void,
  ) {}

  /**
   * Goes through a snapshot and gives its number of files. Its chunks count in `unique` only where `counts` says so.
   * Errors: `missing`, `corrupt`, what `onNode` throws.
   */
  async add({ root, rootAttributes }: Snapshot, counts: boolean): Promise<number> {
    this.#owner = this.onlyHereBytes.push(0) - 1
    this.#counts = counts
    for (const { value } of rootAttributes?.xattrs ?? [])
      if (!(value instanceof Uint8Array)) await this.#xattr(value.sizeBytes, value.ids)
    return this.#treeNode(root.id, undefined, (bytes) => readRoot(bytes, root))
  }

  /** Gives the number of files below it. */
  async #treeNode(
    id: ChunkId,
    before: ByteString | undefined,
    decode: (bytes: Uint8Array) => TreeNode,
  ): Promise<number> {
    const claim = await this.owners.claim(id, this.#owner)
    if (claim === 'again' || claim === 'known') return this.owners.filesBelow
    const remember = this.owners.rememberFiles()
    const { formerOwner } = this.owners
    const bytes = await this.source.get(id, ChunkKind.tree)
    this.#count(claim, formerOwner, bytes.byteLength)
    this.onNode()
    const node = decode(bytes)
    let files = 0
    if (isLeaf(node)) files = await this.#leafEntries(node.entries)
    else
      for (const [index, child] of node.children.entries()) {
        const end = node.children[index + 1]?.firstKey ?? before
        files += await this.#treeNode(child.id, end, (below) => readChild(below, child, node.level, end))
      }
    remember(files)
    return files
  }

  async #leafEntries(entries: readonly StoredEntry[]): Promise<number> {
    let files = 0
    for (const { type, content, xattrs } of entries) {
      if (type === EntryType.file) files++
      if (content !== null && typeof content === 'object' && isFileContent(content)) await this.#file(content)
      for (const { value } of xattrs)
        if (!(value instanceof Uint8Array)) await this.#xattr(value.sizeBytes, value.ids)
    }
    return files
  }

  async #file(content: FileContent): Promise<void> {
    if (content.form === 'inline') await this.#pieces(new PieceCursor(content.pieces, 'file content'))
    else
      await this.#listNode(content.root, (node, name) => {
        if (node.coveredBytes !== content.sizeBytes || node.pieceCount !== content.pieceCount)
          throw new CorruptError(name, 'is not what its file says')
      })
    if (content.holes === null || content.holes instanceof Uint8Array) return
    for (const id of content.holes) await this.#enter(id)
  }

  async #listNode(id: ChunkId, verify: (node: ListNode, name: string) => void): Promise<void> {
    const bytes = await this.#enter(id)
    if (bytes === undefined) return
    const name = `list node ${hexOf(id)}`
    const node = decodeListNode(bytes, name)
    verify(node, name)
    if (!('children' in node)) return this.#pieces(new PieceCursor(node.pieces, name))
    for (const child of node.children)
      await this.#listNode(child.id, (below, belowName) => verifyListChild(below, node, child, belowName))
  }

  /** The chunk of kind list, unless what lies below it is counted already. */
  async #enter(id: ChunkId): Promise<Uint8Array | undefined> {
    const claim = await this.owners.claim(id, this.#owner)
    if (claim === 'again' || claim === 'known') return undefined
    const { formerOwner } = this.owners
    const bytes = await this.source.get(id, ChunkKind.list)
    this.#count(claim, formerOwner, bytes.byteLength)
    return bytes
  }

  async #pieces(cursor: PieceCursor): Promise<void> {
    while (cursor.next()) {
      if (cursor.isExtent) continue
      const counted = this.#data(cursor.id, cursor.lengthBytes)
      if (counted !== undefined) await counted
    }
  }

  async #xattr(sizeBytes: number, ids: readonly ChunkId[]): Promise<void> {
    for (const [at, id] of ids.entries())
      await this.#data(id, Math.min(xattrChunkMaxBytes, sizeBytes - at * xattrChunkMaxBytes))
  }

  #data(id: ChunkId, lengthBytes: number): Promise<void> | undefined {
    const claim = this.owners.claim(id, this.#owner)
    if (claim instanceof Promise)
      return claim.then((settled) => this.#count(settled, this.owners.formerOwner, lengthBytes))
    this.#count(claim, this.owners.formerOwner, lengthBytes)
    return undefined
  }

  #count(claim: Claim, formerOwner: number, lengthBytes: number): void {
    if (claim === 'shared') this.onlyHereBytes[formerOwner]! -= lengthBytes
    if (claim !== 'first') return
    this.onlyHereBytes[this.#owner]! += lengthBytes
    if (!this.#counts) return
    this.unique.chunks++
    this.unique.bytes += lengthBytes
  }
}
