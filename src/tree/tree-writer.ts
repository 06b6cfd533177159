import assert from 'node:assert/strict'
import type { ByteString } from '../bytes/byte-string.js'
import { type SipKey, sipKeyOf } from '../crypto/siphash.js'
import { contentSizeBytesOf } from '../format/entry.js'
import { keyMaxBytes } from '../format/limits.js'
import type { TreeChild } from '../format/tree-node.js'
import type { TreeRoot } from '../format/tree-root.js'
import type { NodeSink } from './node-store.js'
import { OpenInnerNode } from './open-inner-node.js'
import { OpenLeaf } from './open-leaf.js'
import type { LoadedLeaf } from './read-node.js'

/**
 * Builds the tree of entries that come in ascending order of their keys (docs/FORMAT.md §8.3). The same
 * entries make the same tree, whichever of `add`, `addUnchanged` and `addSubtree` brought them. Memory: one
 * open node for each level.
 *
 * 1. An item goes into the open node of its level, after that node was ended if the boundary rule ends it
 *    there.
 * 2. A node that ends is stored, and is the next item of the level above.
 * 3. At the end the open nodes end from the leaf up; the first level that has a single node has the root.
 */
export class TreeWriter {
  readonly #sink: NodeSink
  readonly #treeKey: SipKey
  #leaf: OpenLeaf
  /** The open nodes of level 1, 2, and so on. */
  #inner: OpenInnerNode[] = []
  #lastKey: ByteString | undefined
  /** What `beginNodes` was told: only an item of this key may come next. */
  #promisedKey: ByteString | undefined

  /** @param treeKey 16 bytes, the domain's (docs/FORMAT.md §3.8). */
  constructor(sink: NodeSink, treeKey: Uint8Array | SipKey) {
    this.#sink = sink
    this.#treeKey = treeKey instanceof Int32Array ? treeKey : sipKeyOf(treeKey)
    this.#leaf = new OpenLeaf(this.#treeKey)
  }

  /**
   * @param value what `encodeEntryValue` gave, or an entry's `valueBytes`. Kept until the leaf ends; it must
   * not change.
   * @param fileBytes bytes of file content; 0 for everything but regular files.
   */
  add(key: ByteString, value: Uint8Array, fileBytes: number): void {
    this.#accept(key)
    if (this.#leaf.endsBefore(key, value)) this.#endLeaf()
    this.#leaf.add(key, value, fileBytes)
  }

  /**
   * Adds entry `index` of a leaf of an earlier tree with the same treeKey. A leaf that comes whole, and is a
   * leaf of this tree too, is taken over by its id: it is neither encoded nor hashed nor handed to the sink.
   */
  addUnchanged(leaf: LoadedLeaf, index: number): void {
    const entry = leaf.entries[index]!
    this.#accept(entry.key)
    if (this.#leaf.continueBorrowed(leaf, index)) return
    const value = entry.valueBytes
    if (this.#leaf.endsBefore(entry.key, value)) this.#endLeaf()
    if (index === 0 && this.#leaf.isEmpty) this.#leaf.borrow(leaf)
    else this.#leaf.add(entry.key, value, contentSizeBytesOf(entry))
  }

  /**
   * Ends the nodes that end before `key` whatever its value is, and returns the highest level, up to
   * `levelMax`, at which its item begins a node; -1 where it may continue a leaf. The next item must be of
   * this key.
   */
  beginNodes(key: ByteString, levelMax: number): number {
    this.#accept(key)
    this.#promisedKey = key
    if (!this.#leaf.isEmpty) {
      if (!this.#leaf.endsByHash(key)) return -1
      this.#endLeaf()
    }
    for (let level = 1; level <= levelMax; level++) {
      const open = this.#inner[level - 1]
      if (open === undefined || open.isEmpty) continue
      if (!open.endsByHash(key)) return level - 1
      this.#endInner(level)
    }
    return levelMax
  }

  /**
   * Takes over a node of an earlier tree of the same treeKey, with everything below it. The caller answers
   * for this: `beginNodes(firstKey, level)` returned `level`, or the node before it in the earlier tree was
   * taken over just before; and if something comes after it, then what came after it in the earlier tree:
   * that subtree, or that entry with its value. Where nothing else is added, the root may have a single
   * child: `shortenRoot` sets that right.
   */
  addSubtree(level: number, node: TreeChild): void {
    this.#accept(node.firstKey)
    const aligned = this.#leaf.isEmpty && this.#inner.slice(0, level).every((open) => open.isEmpty)
    assert.ok(aligned, 'a subtree begins where nodes begin')
    this.#addChild(level + 1, node)
  }

  /**
   * The tree of what was added so far, stored like a final one. The writer goes on as if nothing had
   * happened.
   */
  partialRoot(): TreeRoot {
    const copy = new TreeWriter(this.#sink, this.#treeKey)
    copy.#leaf = this.#leaf.copy()
    copy.#inner = this.#inner.map((open) => open.copy())
    return copy.finish()
  }

  /** Stores what is open. The writer takes nothing more. */
  finish(): TreeRoot {
    if (this.#inner.length === 0) return rootOf(this.#leaf.end(this.#sink), 0)
    if (!this.#leaf.isEmpty) this.#endLeaf()
    for (let level = 1; ; level++) {
      const open = this.#inner[level - 1]!
      if (level === this.#inner.length) {
        const [only, second] = open.children
        return second === undefined ? rootOf(only!, level - 1) : rootOf(open.end(this.#sink), level)
      }
      if (!open.isEmpty) this.#endInner(level)
    }
  }

  #accept(key: ByteString): void {
    assert.ok(key.length <= keyMaxBytes)
    if (this.#promisedKey === undefined)
      assert.ok(this.#lastKey === undefined || key > this.#lastKey, 'keys ascend strictly')
    else assert.equal(key, this.#promisedKey)
    this.#promisedKey = undefined
    this.#lastKey = key
  }

  #endLeaf(): void {
    this.#addChild(1, this.#leaf.end(this.#sink))
  }

  #addChild(level: number, child: TreeChild): void {
    while (this.#inner.length < level)
      this.#inner.push(new OpenInnerNode(this.#inner.length + 1, this.#treeKey))
    const open = this.#inner[level - 1]!
    if (open.endsBefore(child)) this.#endInner(level)
    open.add(child)
  }

  #endInner(level: number): void {
    this.#addChild(level + 1, this.#inner[level - 1]!.end(this.#sink))
  }
}

const rootOf = (node: TreeChild, level: number): TreeRoot => ({
  id: node.id,
  level,
  entries: node.entryCount,
  bytes: node.contentBytes,
})
