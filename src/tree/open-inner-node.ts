import type { ByteString } from '../bytes/byte-string.js'
import type { SipKey } from '../crypto/siphash.js'
import { addContentBytes } from '../format/entry.js'
import { ChunkKind } from '../format/ids.js'
import { NodeWriter, startsNewNode } from '../format/node-writer.js'
import type { TreeChild } from '../format/tree-node.js'
import type { NodeSink } from './node-store.js'

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
    return startsNewNode(this.#treeKey, this.#writer, child.firstKey, this.#writer.sizeOfChild(child))
  }

  /** The same where all but the key is not known: true is certain, false is not. */
  endsByHash(key: ByteString): boolean {
    return startsNewNode(this.#treeKey, this.#writer, key, 0)
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
      contentBytes = addContentBytes(contentBytes, child.contentBytes)
    }
    this.#children = []
    return { firstKey, entryCount, contentBytes, id: sink.put(ChunkKind.tree, this.#writer.finish()) }
  }

  copy(): OpenInnerNode {
    const copy = new OpenInnerNode(this.#writer.level, this.#treeKey)
    for (const child of this.#children) copy.add(child)
    return copy
  }
}
