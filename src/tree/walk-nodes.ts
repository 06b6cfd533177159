import type { ByteString } from '../bytes/byte-string.js'
import { CorruptError } from '../errors.js'
import { type ChunkId, ChunkKind, chunkKey } from '../format/ids.js'
import { firstKeyOf, isLeaf, type TreeInner, type TreeNode } from '../format/tree-node.js'
import type { TreeRoot } from '../format/tree-root.js'
import type { NodeSource } from './node-store.js'
import { readChild, readRoot, treeNodeName } from './read-node.js'

/** Children asked for ahead of the one that is visited. */
const aheadMax = 8

export interface VisitedNode {
  readonly id: ChunkId
  /** `isLeaf` (format/tree-node.ts) tells leaves, which have the decoded entries, from inner nodes. */
  readonly node: TreeNode
  readonly sizeBytes: number
}

export interface VisitOptions {
  /** True for a node that need not be visited, nor what is below it. It is not read. */
  readonly skip?: (id: ChunkId) => boolean
  /** Gets what would end the walk otherwise: the node is left out with all below it, and the walk goes on. */
  readonly onError?: (error: unknown, id: ChunkId) => void
}

/**
 * Visits each distinct node below the roots once, parents before children. Nodes are told apart by id in a
 * set of their own for each call: about 250 bytes for each distinct node. A node met again is only compared
 * with what its parent says.
 * Errors: `corrupt`, naming the node, and what the source and `visit` throw.
 */
export async function visitNodes(
  roots: Iterable<TreeRoot>,
  source: NodeSource,
  visit: (node: VisitedNode) => void | Promise<void>,
  options: VisitOptions = {},
): Promise<void> {
  const walk = new Walk(source, visit, options)
  for (const root of roots) await walk.visitRoot(root)
}

/** What is known of a node: another parent must say the same. */
interface Seen {
  readonly level: number
  readonly entryCount: number
  readonly contentBytes: number
  readonly firstKey: ByteString | undefined
}

class Walk {
  readonly #source: NodeSource
  readonly #visit: (node: VisitedNode) => void | Promise<void>
  readonly #options: VisitOptions
  readonly #seen = new Map<string, Seen>()

  constructor(source: NodeSource, visit: (node: VisitedNode) => void | Promise<void>, options: VisitOptions) {
    this.#source = source
    this.#visit = visit
    this.#options = options
  }

  async visitRoot(root: TreeRoot): Promise<void> {
    const said = {
      level: root.level,
      entryCount: root.entries,
      contentBytes: root.bytes,
      firstKey: undefined,
    }
    const node = await this.#read(root.id, said, undefined, (bytes) => readRoot(bytes, root))
    if (node !== undefined) await this.#enter(node, undefined)
  }

  async #enter(visited: VisitedNode, before: ByteString | undefined): Promise<void> {
    const { id, node } = visited
    const { level, entryCount, contentBytes } = node
    this.#seen.set(chunkKey(id), { level, entryCount, contentBytes, firstKey: firstKeyOf(node) })
    await this.#visit(visited)
    if (!isLeaf(node)) await this.#visitChildren(node, before)
  }

  async #visitChildren(parent: TreeInner, before: ByteString | undefined): Promise<void> {
    const ahead = new Map<number, Promise<Uint8Array>>()
    let asked = 0
    for (const [index, child] of parent.children.entries()) {
      for (; asked < parent.children.length && asked < index + aheadMax; asked++) {
        const { id } = parent.children[asked]!
        if (!this.#isKnown(id)) ahead.set(asked, this.#ask(id))
      }
      const bytes = ahead.get(index)
      ahead.delete(index)
      const end = parent.children[index + 1]?.firstKey ?? before
      const said = { ...child, level: parent.level - 1 }
      const node = await this.#read(child.id, said, bytes, (read) =>
        readChild(read, child, parent.level, end),
      )
      if (node !== undefined) await this.#enter(node, end)
    }
  }

  /** Undefined where there is nothing to visit: seen already, skipped, or failed and told to `onError`. */
  async #read(
    id: ChunkId,
    said: Seen,
    asked: Promise<Uint8Array> | undefined,
    decode: (bytes: Uint8Array) => TreeNode,
  ): Promise<VisitedNode | undefined> {
    try {
      if (this.#isDone(id, said)) return undefined
      const bytes = await (asked ?? this.#source.get(id, ChunkKind.tree))
      return { id, node: decode(bytes), sizeBytes: bytes.byteLength }
    } catch (error) {
      if (this.#options.onError === undefined) throw error
      this.#options.onError(error, id)
      return undefined
    }
  }

  #isKnown(id: ChunkId): boolean {
    return this.#seen.has(chunkKey(id)) || this.#options.skip?.(id) === true
  }

  /** Errors: `corrupt` where a node that was seen is not what this parent says. */
  #isDone(id: ChunkId, said: Seen): boolean {
    const seen = this.#seen.get(chunkKey(id))
    if (seen === undefined) return this.#options.skip?.(id) === true
    const agrees =
      seen.level === said.level &&
      seen.entryCount === said.entryCount &&
      seen.contentBytes === said.contentBytes &&
      (said.firstKey === undefined || said.firstKey === seen.firstKey)
    if (!agrees) throw new CorruptError(treeNodeName(id), 'is not what the node above it says')
    return true
  }

  /** The error comes out where the node is awaited, and is nobody's until then. */
  #ask(id: ChunkId): Promise<Uint8Array> {
    const bytes = (async () => this.#source.get(id, ChunkKind.tree))()
    bytes.catch(() => {})
    return bytes
  }
}
