import type { ByteString } from '../bytes/byte-string.js'
import { type ChunkId, ChunkKind } from '../format/ids.js'
import type { StoredEntry } from '../format/stored-entry.js'
import { isLeaf, type TreeChild, type TreeNode } from '../format/tree-node.js'
import type { TreeRoot } from '../format/tree-root.js'
import type { KeyRange } from './key-range.js'
import type { NodeSource } from './node-store.js'
import { readChild, readRoot } from './read-node.js'

interface Frame {
  readonly node: TreeNode
  next: number
  /** First key of what follows the node in the whole tree. */
  readonly before: ByteString | undefined
}

/**
 * One of two trees that are compared. Its head is the next thing in key order: a whole subtree that was not
 * opened yet, or an entry. A subtree is passed over or opened, an entry passed over.
 */
export class DiffSide {
  readonly #source: NodeSource
  readonly #range: KeyRange
  readonly #above: Frame[] = []
  /** The subtree at the head, and the entry; both undefined at the end. */
  subtree: TreeChild | undefined
  entry: StoredEntry | undefined

  constructor(source: NodeSource, range: KeyRange) {
    this.#source = source
    this.#range = range
  }

  get atEnd(): boolean {
    return this.#above.length === 0
  }

  /** First key of the head. */
  get key(): ByteString {
    return this.subtree?.firstKey ?? this.entry!.key
  }

  /** Level of the subtree at the head; -1 for an entry. */
  get level(): number {
    return this.#above[this.#above.length - 1]!.node.level - 1
  }

  get id(): ChunkId | undefined {
    return this.subtree?.id
  }

  async openRoot(root: TreeRoot): Promise<void> {
    this.#push(readRoot(await this.#source.get(root.id, ChunkKind.tree), root), undefined)
  }

  /** Puts the first item of the subtree at the head in its place. */
  async open(): Promise<void> {
    const frame = this.#above[this.#above.length - 1]!
    const child = this.subtree!
    const before = this.#keyAfterHead()
    const bytes = await this.#source.get(child.id, ChunkKind.tree)
    frame.next++
    this.#push(readChild(bytes, child, frame.node.level, before), before)
  }

  pass(): void {
    this.#above[this.#above.length - 1]!.next++
    this.#settle()
  }

  #push(node: TreeNode, before: ByteString | undefined): void {
    this.#above.push({ node, next: 0, before })
    this.#settle()
  }

  /** Goes on to the first item at or after `next` that touches the range. */
  #settle(): void {
    const above = this.#above
    for (let frame = above.at(-1); frame !== undefined; frame = above.at(-1)) {
      this.subtree = isLeaf(frame.node) ? undefined : frame.node.children[frame.next]
      this.entry = isLeaf(frame.node) ? frame.node.entries[frame.next] : undefined
      if (this.subtree === undefined && this.entry === undefined) above.pop()
      else if (this.#beyondRange()) above.length = 0
      else if (this.#beforeRange()) frame.next++
      else return
    }
  }

  #beyondRange(): boolean {
    const { to } = this.#range
    return to !== undefined && this.key >= to
  }

  #beforeRange(): boolean {
    const { from } = this.#range
    if (this.entry !== undefined) return this.entry.key < from
    const after = this.#keyAfterHead()
    return after !== undefined && after <= from
  }

  #keyAfterHead(): ByteString | undefined {
    const { node, next, before } = this.#above[this.#above.length - 1]!
    return isLeaf(node) ? node.entries[next + 1]?.key : (node.children[next + 1]?.firstKey ?? before)
  }
}
