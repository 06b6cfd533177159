import { CorruptError, VarveError } from '../../errors.js'
import type { FileContent, ListContent, StoredXattr, Xattr } from '../../format/entry.js'
import { type ChunkId, ChunkKind, hexOf } from '../../format/ids.js'
import { decodeListNode, type ListNode, verifyListChild } from '../../format/list-node.js'
import { PieceCursor } from '../../format/pieces.js'
import { verifyHoles } from '../../tree/hole-store.js'
import type { NodeSource } from '../../tree/node-store.js'
import { claimOf } from './claims.js'
import type { References } from './references.js'
import type { UnreadableNodes } from './unreadable-nodes.js'

/** Checks what entries refer to: pieces, lists, hole maps, stored xattrs. Each list node is read once. */
export class ContentCheck {
  listNodes = 0

  constructor(
    private readonly source: NodeSource,
    private readonly references: References,
    private readonly unreadable: UnreadableNodes,
    /** Something that no pack is to blame for. */
    private readonly onInvalid: (error: VarveError) => void,
  ) {}

  /** Packed pieces: refers to their chunks. */
  pieces(bytes: Uint8Array, name: string): void {
    const cursor = new PieceCursor(bytes, name)
    while (cursor.next())
      if (!cursor.isExtent) this.references.refer(cursor.id, ChunkKind.data, cursor.lengthBytes)
  }

  /** Everything of a file's content but pieces that stand in the entry. */
  async content(content: FileContent, name: string): Promise<void> {
    if (content.form === 'list') await this.#list(content)
    const { holes, sizeBytes } = content
    if (holes === null) return
    if (!(holes instanceof Uint8Array))
      for (const id of holes) if (this.references.refer(id, ChunkKind.list) === 'lost') return
    await this.#orInvalid(() => verifyHoles(holes, sizeBytes, this.source, name))
  }

  async xattrs(xattrs: readonly Xattr[], name: string): Promise<void> {
    for (const { value } of xattrs) if (!(value instanceof Uint8Array)) await this.#xattr(value, name)
  }

  async #xattr({ sizeBytes, ids }: StoredXattr, name: string): Promise<void> {
    let foundBytes = 0
    for (const id of ids) {
      const chunk = await this.#read(id, ChunkKind.data)
      if (chunk === undefined) return
      this.references.refer(id, ChunkKind.data, chunk.length)
      foundBytes += chunk.length
    }
    if (foundBytes !== sizeBytes)
      this.onInvalid(new CorruptError(name, 'has an attribute of another size than its chunks'))
  }

  async #list({ root, sizeBytes, pieceCount }: ListContent): Promise<void> {
    const claim = claimOf(0, pieceCount, sizeBytes)
    await this.#node(root, claim, (node, name) => {
      if (node.coveredBytes !== sizeBytes || node.pieceCount !== pieceCount)
        throw new CorruptError(name, 'is not what its file says')
    })
  }

  /** The level is not part of the claim, since a file does not tell it of its root. */
  async #node(id: ChunkId, claim: number, verify: (node: ListNode, name: string) => void): Promise<void> {
    const name = `list node ${hexOf(id)}`
    const state = this.references.refer(id, ChunkKind.list)
    if (state === 'lost') return
    const { pack, chunk } = this.references
    if (state === 'known') {
      const known = pack!.claimOf(chunk)
      if (known !== 0 && known !== claim)
        this.onInvalid(new CorruptError(name, 'is not what all that refer to it say'))
      return
    }
    const bytes = await this.#read(id, ChunkKind.list)
    if (bytes === undefined) return
    this.listNodes++
    try {
      const node = decodeListNode(bytes, name)
      verify(node, name)
      pack!.setClaim(chunk, claim)
      await this.#below(node, name)
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error
      await this.unreadable.note(id, ChunkKind.list, error)
    }
  }

  async #below(node: ListNode, name: string): Promise<void> {
    if (!('children' in node)) {
      this.pieces(node.pieces, name)
      return
    }
    for (const child of node.children)
      await this.#node(child.id, claimOf(0, child.pieceCount, child.coveredBytes), (below, belowName) =>
        verifyListChild(below, node, child, belowName),
      )
  }

  /** Undefined, and noted, where it cannot be read. */
  async #read(id: ChunkId, kind: ChunkKind): Promise<Uint8Array | undefined> {
    try {
      return await this.source.get(id, kind)
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      this.references.hasLost = true
      await this.unreadable.note(id, kind, error)
      return undefined
    }
  }

  async #orInvalid(read: () => Promise<unknown>): Promise<void> {
    try {
      await read()
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      this.onInvalid(error)
    }
  }
}
