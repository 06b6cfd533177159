import type { ByteString } from '../bytes/byte-string.js'
import type { SipKey } from '../crypto/siphash.js'
import { ChunkKind } from '../format/ids.js'
import { NodeWriter, startsNewNode } from '../format/node-writer.js'
import type { TreeChild } from '../format/tree-node.js'
import type { NodeSink } from './node-store.js'

/**
 * An inner node does not end before it has this many children. Without it, first keys of tens of kilobytes
 * would make nodes of one child each, and no level would ever have fewer nodes than the one below.
 */
const childrenMin = 16

/** The inner node of one level that still grows (docs/FORMAT.md §8.3). */
export class OpenInnerNode {
  readonly #treeKey: SipKey
  readonly #writer: NodeWriter
  #children: TreeChild[] = []

  constructor(level: number, treeKey: SipKey) {
    this.#treeKey = treeKey
    this.#writer = new NodeWriter(level)
  }

  get isEmpty(): boolean {
    return this.#children.length === 0
  }

  get children(): readonly TreeChild[] {
    return this.#children
  }

  /** Whether this child begins another node. */
  endsBefore(child: TreeChild): boolean {
    return this.#ends(child.firstKey, this.#writer.sizeOfChild(child))
  }

  /** The same where all but the key is not known: true is certain, false is not. */
  endsByHash(key: ByteString): boolean {
    return this.#ends(key, 0)
  }

  add(child: TreeChild): void {
    this.#writer.addChild(child)
    this.#children.push(child)
  }

  /** Stores the node and is empty again. */
  end(sink: NodeSink): TreeChild {
    const { firstKey } = this.#children[0]!
    let entryCount = 0
    let contentBytes = 0
    for (const child of this.#children) {
      entryCount += child.entryCount
      contentBytes += child.contentBytes
    }
    this.#children = []
    return { firstKey, entryCount, contentBytes, id: sink.put(ChunkKind.tree, this.#writer.finish()) }
  }

  copy(): OpenInnerNode {
    const copy = new OpenInnerNode(this.#writer.level, this.#treeKey)
    for (const child of this.#children) copy.add(child)
    return copy
  }

  #ends(key: ByteString, nextSizeBytes: number): boolean {
    if (this.#children.length < childrenMin) return false
    const { level, itemsSizeBytes } = this.#writer
    return startsNewNode(this.#treeKey, level, key, itemsSizeBytes, nextSizeBytes)
  }
}
