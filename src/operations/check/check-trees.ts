import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ByteString, textOf } from '../../bytes/byte-string.js'
import { CorruptError, VarveError } from '../../errors.js'
import { isFileContent } from '../../format/entry.js'
import { hasCriticalExtension } from '../../format/extension.js'
import { type ChunkId, ChunkKind } from '../../format/ids.js'
import { snapshotName } from '../../format/names.js'
import type { Snapshot } from '../../format/snapshot.js'
import type { StoredEntry } from '../../format/stored-entry.js'
import { pathOfKey } from '../../format/tree-key.js'
import { isLeaf, type TreeInner, type TreeLeaf, type TreeNode } from '../../format/tree-node.js'
import type { Store } from '../../repository/store.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import { DirectoryOrder } from '../../tree/directory-order.js'
import { loadedLeaf, readChild, readRoot, treeNodeName } from '../../tree/read-node.js'
import type { Catalogue } from './catalogue.js'
import { ContentCheck } from './check-contents.js'
import { checkDirectoriesOf, DirectoryFault } from './check-directories.js'
import { claimOf, claimsAgree } from './claims.js'
import type { Findings } from './findings.js'
import { References } from './references.js'
import { UnreadableNodes } from './unreadable-nodes.js'

/** Nodes after which others, the reading of packs for one, get their turn. */
const nodesAtOnce = 64

export interface TreeCheckOptions {
  readonly signal: AbortSignal | undefined
  readonly onNodes: (nodes: number) => void
}

/**
 * Walks the trees of all snapshots; a node that several share is read once. Whatever is broken is noted, and the walk goes on
 * beside it (I-11 to I-15, I-18).
 */
export class TreeCheck {
  nodes = 0
  readonly references: References
  readonly unreadable: UnreadableNodes
  readonly #content: ContentCheck
  /** The last snapshot of each group whose directories were checked. */
  readonly #checked = new Map<string, Snapshot>()
  #snapshot!: Snapshot
  #order: DirectoryOrder | undefined

  constructor(
    store: Store,
    private readonly catalogue: Catalogue,
    private readonly findings: Findings,
    private readonly options: TreeCheckOptions,
  ) {
    this.references = new References(catalogue)
    this.unreadable = new UnreadableNodes(store, catalogue, findings)
    this.#content = new ContentCheck(catalogue.reader, this.references, this.unreadable, (error) =>
      this.#invalid(error),
    )
  }

  async check(snapshot: Snapshot): Promise<void> {
    const { root } = snapshot
    this.#snapshot = snapshot
    this.#order = new DirectoryOrder('' as ByteString)
    await this.#content.xattrs(snapshot.rootAttributes?.xattrs ?? [], snapshotName(snapshot.id))
    const claim = claimOf(root.level, root.entries, root.bytes)
    await this.#node(root.id, claim, false, (bytes) => readRoot(bytes, root), undefined)
    await this.#checkDirectories(snapshot)
  }

  async #node(
    id: ChunkId,
    claim: number,
    withKey: boolean,
    decode: (bytes: Uint8Array) => TreeNode,
    before: ByteString | undefined,
  ): Promise<void> {
    const state = this.references.refer(id, ChunkKind.tree)
    if (state !== 'new') {
      this.#order = undefined
      if (state === 'known') this.#compareClaims(id, claim, withKey)
      return
    }
    const { pack, chunk } = this.references
    try {
      const got = this.catalogue.reader.get(id, ChunkKind.tree)
      const bytes = got instanceof Promise ? await got : got
      const node = decode(bytes)
      pack!.setClaim(chunk, claim)
      await this.#count()
      if (isLeaf(node)) await this.#leaf(node, id, bytes.length)
      else await this.#inner(node, before)
    } catch (error) {
      if (!(error instanceof VarveError) || error.code === 'interrupted') throw error
      this.#order = undefined
      this.references.hasLost = true
      await this.unreadable.note(id, ChunkKind.tree, error)
    }
  }

  #compareClaims(id: ChunkId, claim: number, withKey: boolean): void {
    const known = this.references.pack!.claimOf(this.references.chunk)
    const knowsKey = (known & 0xffff) !== 0
    if (known !== 0 && !claimsAgree(known, claim, withKey && knowsKey))
      this.#invalid(new CorruptError(treeNodeName(id), 'is not what all the nodes above it say'))
  }

  async #inner(node: TreeInner, before: ByteString | undefined): Promise<void> {
    for (const [index, child] of node.children.entries()) {
      const end = node.children[index + 1]?.firstKey ?? before
      const claim = claimOf(node.level - 1, child.entryCount, child.contentBytes, child.firstKey)
      await this.#node(child.id, claim, true, (bytes) => readChild(bytes, child, node.level, end), end)
    }
  }

  async #leaf(leaf: TreeLeaf, id: ChunkId, sizeBytes: number): Promise<void> {
    const name = treeNodeName(id)
    const loaded = loadedLeaf(leaf, id, sizeBytes)
    for (const entry of leaf.entries) {
      this.#seeDirectory(entry, loaded)
      const { content, extensions, xattrs } = entry
      if (hasCriticalExtension(extensions))
        this.findings.remark(
          `${snapshotName(this.#snapshot.id)}: ${textOf(pathOfKey(entry.key))} needs an extension that this version does not know`,
        )
      if (xattrs.length > 0) await this.#content.xattrs(xattrs, name)
      if (!isFileContent(content)) continue
      if (content.form === 'inline') this.#content.pieces(content.pieces, name)
      if (content.form === 'list' || content.holes !== null) await this.#content.content(content, name)
    }
  }

  #seeDirectory(entry: StoredEntry, leaf: Parameters<DirectoryOrder['see']>[1]): void {
    const order = this.#order
    if (order === undefined) return
    try {
      order.see(entry, leaf)
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error
      this.#invalid(error)
      this.#order = undefined
    }
  }

  /** I-13. Where nodes were passed over, the difference to a snapshot that was checked before tells. */
  async #checkDirectories(snapshot: Snapshot): Promise<void> {
    const group = JSON.stringify([snapshot.host, snapshot.paths])
    const earlier = this.#checked.get(group)
    try {
      if (this.#order === undefined)
        await checkDirectoriesOf(this.catalogue.reader, snapshot.root, earlier?.root)
      this.#checked.set(group, snapshot)
    } catch (error) {
      if (!(error instanceof VarveError) || error.code === 'interrupted') throw error
      // Anything else is a node that cannot be read, which was noted when it was first met.
      if (error instanceof DirectoryFault) this.#invalid(error)
    }
  }

  #invalid(error: VarveError): void {
    this.findings.damage(snapshotName(this.#snapshot.id), error.message)
  }

  async #count(): Promise<void> {
    if (++this.nodes % nodesAtOnce !== 0) return
    throwIfAborted(this.options.signal)
    this.options.onNodes(this.nodes)
    await nextTurn()
  }
}
