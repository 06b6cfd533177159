import type { ByteString } from '../bytes/byte-string.js'
import type { SipKey } from '../crypto/siphash.js'
import { addContentBytes, contentSizeBytesOf } from '../format/entry.js'
import { ChunkKind } from '../format/ids.js'
import { type GrowingNode, isTooLarge, NodeWriter, startsNewNode } from '../format/node-writer.js'
import type { TreeChild } from '../format/tree-node.js'
import type { NodeSink } from './node-store.js'
import type { LoadedLeaf } from './read-node.js'

interface LeafEntry {
  readonly key: ByteString
  readonly value: Uint8Array
  readonly fileBytes: number
}

/**
 * The leaf that still grows (docs/FORMAT.md §8.3). It may be the beginning of a leaf of an earlier tree, not
 * copied yet.
 */
export class OpenLeaf {
  readonly #treeKey: SipKey
  readonly #writer = new NodeWriter(0)
  #entries: LeafEntry[] = []
  #bytes = 0
  /** While this is set, the first `#borrowedCount` entries of it are all there is. */
  #borrowed: LoadedLeaf | undefined
  #borrowedCount = 0

  constructor(treeKey: SipKey) {
    this.#treeKey = treeKey
  }

  get isEmpty(): boolean {
    return this.#borrowed === undefined && this.#entries.length === 0
  }

  /** Whether this entry begins another leaf. */
  endsBefore(key: ByteString, value: Uint8Array): boolean {
    if (this.endsByHash(key)) return true
    this.#settleBorrowed()
    return isTooLarge(this.#writer, this.#writer.sizeOfEntry(key, value))
  }

  /** The same where the value is not known: true is certain, false is not. */
  endsByHash(key: ByteString): boolean {
    if (this.#borrowed !== undefined && this.#borrowedCount < this.#borrowed.entryCount)
      this.#settleBorrowed()
    const node = this.#borrowed === undefined ? this.#writer : wholeLeaf(this.#borrowed)
    return startsNewNode(this.#treeKey, node, key, 0)
  }

  add(key: ByteString, value: Uint8Array, fileBytes: number): void {
    this.#settleBorrowed()
    this.#writer.addEntry(key, value)
    this.#entries.push({ key, value, fileBytes })
    this.#bytes = addContentBytes(this.#bytes, fileBytes)
  }

  /** Begins with the first entry of an earlier leaf. The leaf must be empty. */
  borrow(leaf: LoadedLeaf): void {
    this.#borrowed = leaf
    this.#borrowedCount = 1
  }

  /**
   * Takes entry `index` of the borrowed leaf if it is the next one: no boundary lies before it, the same rule
   * cut that leaf.
   */
  continueBorrowed(leaf: LoadedLeaf, index: number): boolean {
    if (this.#borrowed !== leaf || this.#borrowedCount !== index) return false
    this.#borrowedCount++
    return true
  }

  /** Stores the leaf, unless it is an earlier one as it was, and is empty again. */
  end(sink: NodeSink): TreeChild {
    const borrowed = this.#borrowed
    if (borrowed !== undefined && this.#borrowedCount === borrowed.entryCount) {
      this.#borrowed = undefined
      const { id, entryCount, contentBytes } = borrowed
      return { firstKey: borrowed.entries[0]!.key, id, entryCount, contentBytes }
    }
    this.#settleBorrowed()
    const leaf = {
      firstKey: this.#entries[0]?.key ?? ('' as ByteString),
      entryCount: this.#entries.length,
      contentBytes: this.#bytes,
      id: sink.put(ChunkKind.tree, this.#writer.finish()),
    }
    this.#entries = []
    this.#bytes = 0
    return leaf
  }

  copy(): OpenLeaf {
    const copy = new OpenLeaf(this.#treeKey)
    for (const { key, value, fileBytes } of this.#entries) copy.add(key, value, fileBytes)
    copy.#borrowed = this.#borrowed
    copy.#borrowedCount = this.#borrowedCount
    return copy
  }

  #settleBorrowed(): void {
    const leaf = this.#borrowed
    if (leaf === undefined) return
    this.#borrowed = undefined
    for (const entry of leaf.entries.slice(0, this.#borrowedCount)) {
      this.add(entry.key, entry.valueBytes, contentSizeBytesOf(entry))
    }
  }
}

const wholeLeaf = ({ entryCount, itemsSizeBytes }: LoadedLeaf): GrowingNode => ({
  level: 0,
  count: entryCount,
  itemsSizeBytes,
})
