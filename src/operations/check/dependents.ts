import { setImmediate as nextTurn } from 'node:timers/promises'
import { VarveError } from '../../errors.js'
import { type Entry, type FileContent, isFileContent } from '../../format/entry.js'
import { type ChunkId, ChunkKind } from '../../format/ids.js'
import { decodeListNode } from '../../format/list-node.js'
import { PieceCursor } from '../../format/pieces.js'
import type { Snapshot } from '../../format/snapshot.js'
import type { StoredEntry } from '../../format/stored-entry.js'
import { pathOfKey } from '../../format/tree-key.js'
import { decodeNode, isLeaf } from '../../format/tree-node.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import type { Catalogue } from './catalogue.js'
import type { CataloguedPack } from './catalogued-pack.js'
import { checkValueOf } from './check-value.js'
import type { Finding } from './findings.js'
import type { LossOwners } from './loss-owners.js'

const nodesAtOnce = 64

/**
 * Names what depends on what was found broken: walks the trees again, down to whatever is lost. A subtree without a loss is
 * walked once, however many snapshots share it: one bit for each node remembers that.
 */
export class Dependents {
  readonly #clean = new Map<CataloguedPack, Uint8Array>()
  #snapshot!: Snapshot
  #nodes = 0

  constructor(
    private readonly catalogue: Catalogue,
    private readonly owners: LossOwners,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async name(snapshot: Snapshot): Promise<void> {
    this.#snapshot = snapshot
    this.owners.snapshot = snapshot
    this.#tell(await this.#lossesOfXattrs(snapshot.rootAttributes?.xattrs ?? []), '', 1)
    await this.#tree(snapshot.root.id, '', Math.max(1, snapshot.root.entries))
  }

  /** True where nothing below is lost. */
  async #tree(id: ChunkId, firstPath: string, entryCount: number): Promise<boolean> {
    if (this.#isClean(id, ChunkKind.tree)) return true
    const node = await this.#readTree(id)
    if (node === undefined) {
      this.#tell(this.owners.ofUnreadable(id, ChunkKind.tree), firstPath, entryCount)
      return false
    }
    // The node itself may have lost one of its places, and with it its last whole one in an index.
    const own = this.owners.of(id, ChunkKind.tree)
    this.#tell(own, firstPath, entryCount)
    let clean = own.size === 0
    if (isLeaf(node)) {
      for (const entry of node.entries) if (!(await this.#entry(entry))) clean = false
    } else {
      for (const child of node.children)
        if (!(await this.#tree(child.id, pathOfKey(child.firstKey), child.entryCount))) clean = false
    }
    if (clean) this.#setClean(id, ChunkKind.tree)
    return clean
  }

  async #readTree(id: ChunkId) {
    if (++this.#nodes % nodesAtOnce === 0) await nextTurn()
    throwIfAborted(this.signal)
    if (this.owners.isInvalid(id)) return undefined
    try {
      return decodeNode(await this.catalogue.reader.get(id, ChunkKind.tree), 'tree node')
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      return undefined
    }
  }

  async #entry(entry: StoredEntry): Promise<boolean> {
    const losses = await this.#lossesOfXattrs(entry.xattrs)
    if (isFileContent(entry.content)) await this.#lossesOfContent(entry.content, losses)
    if (losses.size > 0) this.#tell(losses, pathOfKey(entry.key), 1)
    return losses.size === 0
  }

  async #lossesOfContent(content: FileContent, losses: Set<Finding>): Promise<void> {
    if (content.form === 'inline') this.#lossesOfPieces(content.pieces, losses)
    else await this.#list(content.root, losses)
    if (content.holes === null || content.holes instanceof Uint8Array) return
    for (const id of content.holes) this.owners.addTo(losses, id, ChunkKind.list)
  }

  async #lossesOfXattrs(xattrs: Entry['xattrs']): Promise<Set<Finding>> {
    const losses = new Set<Finding>()
    for (const { value } of xattrs) {
      if (value instanceof Uint8Array) continue
      for (const id of value.ids) await this.#xattrChunk(id, losses)
    }
    return losses
  }

  /** Its length, which the check value takes, is known only once it was read. */
  async #xattrChunk(id: ChunkId, losses: Set<Finding>): Promise<void> {
    try {
      const chunk = await this.catalogue.reader.get(id, ChunkKind.data)
      this.owners.addTo(losses, id, ChunkKind.data, chunk.length)
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      for (const owner of this.owners.ofUnreadable(id, ChunkKind.data)) losses.add(owner)
    }
  }

  #lossesOfPieces(pieces: Uint8Array, losses: Set<Finding>): void {
    const cursor = new PieceCursor(pieces, 'pieces')
    while (cursor.next())
      if (!cursor.isExtent) this.owners.addTo(losses, cursor.id, ChunkKind.data, cursor.lengthBytes)
  }

  async #list(id: ChunkId, losses: Set<Finding>): Promise<void> {
    if (this.#isClean(id, ChunkKind.list)) return
    const before = losses.size
    try {
      if (this.owners.isInvalid(id)) throw new VarveError('corrupt', 'written wrong')
      const node = decodeListNode(await this.catalogue.reader.get(id, ChunkKind.list), 'list node')
      this.owners.addTo(losses, id, ChunkKind.list)
      if ('children' in node) for (const child of node.children) await this.#list(child.id, losses)
      else this.#lossesOfPieces(node.pieces, losses)
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      for (const owner of this.owners.ofUnreadable(id, ChunkKind.list)) losses.add(owner)
    }
    // Losses that the file has already through other nodes leave the size as it is; then the node only is walked again.
    if (before === 0 && losses.size === 0) this.#setClean(id, ChunkKind.list)
  }

  #tell(owners: Iterable<Finding>, path: string, count: number): void {
    for (const owner of owners) owner.addDependents(this.#snapshot.id, path, count)
  }

  #isClean(id: ChunkId, kind: ChunkKind): boolean {
    let clean = false
    this.catalogue.places(id, kind, checkValueOf(id, 0, kind, 0), (pack, chunk) => {
      if (((this.#clean.get(pack)?.[chunk >>> 3] ?? 0) & (1 << (chunk & 7))) !== 0) clean = true
    })
    return clean
  }

  #setClean(id: ChunkId, kind: ChunkKind): void {
    this.catalogue.places(id, kind, checkValueOf(id, 0, kind, 0), (pack, chunk) => {
      const bits = this.#clean.get(pack) ?? new Uint8Array((pack.chunkCount + 7) >>> 3)
      this.#clean.set(pack, bits)
      bits[chunk >>> 3]! |= 1 << (chunk & 7)
    })
  }
}
