import type { ByteString } from '../bytes/byte-string.js'
import { contentSizeBytesOf } from '../format/entry.js'
import { type ChunkId, ChunkKind } from '../format/ids.js'
import type { StoredEntry } from '../format/stored-entry.js'
import { isLeaf, type TreeInner, type TreeNode } from '../format/tree-node.js'
import type { TreeRoot } from '../format/tree-root.js'
import type { DirectoryOrder } from './directory-order.js'
import { type KeyRange, wholeTree } from './key-range.js'
import type { NodeSource } from './node-store.js'
import { type LoadedLeaf, loadedLeaf, readChild, readRoot } from './read-node.js'

/** Children asked for ahead of the one that is read, from a source that takes its time. */
const aheadMax = 4

interface Frame {
  readonly node: TreeInner
  /** The child to open next. */
  next: number
  /** First key of what follows the node in the whole tree. */
  readonly before: ByteString | undefined
  /** Nodes asked for already, by the child's index. */
  readonly ahead: Map<number, Promise<Uint8Array>>
}

/**
 * The entries of a range of a tree, in order. Opens only the nodes that touch the range, each once, and
 * checks them on the way (I-12 to I-14; I-13 where `directories` is given).
 *
 * After `advance` failed it may be called again: it goes on behind the node that failed, so that a reader of
 * a damaged tree gets all that is left. Errors: `corrupt`, naming the node, and what the source throws.
 */
export class TreeCursor {
  readonly #source: NodeSource
  readonly #root: TreeRoot
  readonly #range: KeyRange
  /** Gone after the first failure: behind a node that is missing it cannot tell. */
  #directories: DirectoryOrder | undefined
  readonly #above: Frame[] = []
  #leaf: LoadedLeaf | undefined
  #index = -1
  #entry: StoredEntry | undefined
  #started = false

  constructor(source: NodeSource, root: TreeRoot, range: KeyRange = wholeTree, directories?: DirectoryOrder) {
    this.#source = source
    this.#root = root
    this.#range = range
    this.#directories = directories
  }

  /** Where the cursor stands. Only after `advance` gave true. */
  get entry(): StoredEntry {
    return this.#entry!
  }

  get key(): ByteString {
    return this.#entry!.key
  }

  /** The entry's value as it is encoded; a view into the leaf. */
  get valueBytes(): Uint8Array {
    return this.#entry!.valueBytes
  }

  get fileBytes(): number {
    return contentSizeBytesOf(this.#entry!)
  }

  /** The leaf that the entry stands in; its last key is that of its last entry. */
  get leaf(): LoadedLeaf {
    return this.#leaf!
  }

  /** Where in the leaf. */
  get index(): number {
    return this.#index
  }

  /** Steps to the next entry; false at the end. A promise only where a node was not at hand. */
  advance(): boolean | Promise<boolean> {
    for (;;) {
      if (this.#nextInLeaf()) return true
      if (this.#leaf !== undefined) return false
      const opened = this.#openNext()
      if (opened === false) return false
      if (opened instanceof Promise) return opened.then(() => this.advance())
    }
  }

  /** Passes over the rest of the leaf: the next `advance` goes to the next leaf. */
  skipLeaf(): void {
    this.#index = this.leaf.entryCount - 1
  }

  /** At the end of the leaf it is let go of; at the end of the range it stays. */
  #nextInLeaf(): boolean {
    const leaf = this.#leaf
    if (leaf === undefined) return false
    const entry = leaf.entries[this.#index + 1]
    if (entry === undefined) {
      this.#leaf = undefined
      return false
    }
    const { to } = this.#range
    if (to !== undefined && entry.key >= to) return false
    this.#index++
    this.#entry = entry
    if (this.#directories !== undefined) this.#checkDirectory(this.#directories, entry, leaf)
    return true
  }

  #checkDirectory(directories: DirectoryOrder, entry: StoredEntry, leaf: LoadedLeaf): void {
    this.#directories = undefined
    directories.see(entry, leaf)
    this.#directories = directories
  }

  #openNext(): boolean | Promise<void> {
    if (!this.#started) {
      this.#started = true
      return this.#openRoot()
    }
    for (let frame = this.#above.at(-1); frame !== undefined; frame = this.#above.at(-1)) {
      const child = frame.node.children[frame.next]
      const { from, to } = this.#range
      if (child === undefined) {
        this.#above.pop()
        continue
      }
      if (to !== undefined && child.firstKey >= to) return false
      const before = frame.node.children[frame.next + 1]?.firstKey ?? frame.before
      if (before === undefined || before > from) return this.#openChild(frame, frame.next++, before)
      frame.next++
    }
    return false
  }

  #openRoot(): boolean | Promise<void> {
    const root = this.#root
    return this.#read(
      () => this.#source.get(root.id, ChunkKind.tree),
      (bytes) => this.#enter(readRoot(bytes, root), root.id, bytes.byteLength, undefined),
    )
  }

  #openChild(frame: Frame, index: number, before: ByteString | undefined): boolean | Promise<void> {
    const child = frame.node.children[index]!
    const ahead = frame.ahead.get(index)
    frame.ahead.delete(index)
    const opened = this.#read(
      () => ahead ?? this.#source.get(child.id, ChunkKind.tree),
      (bytes) =>
        this.#enter(readChild(bytes, child, frame.node.level, before), child.id, bytes.byteLength, before),
    )
    if (opened instanceof Promise) this.#askAhead(frame, index + 1)
    return opened
  }

  #read(
    get: () => Uint8Array | Promise<Uint8Array>,
    enter: (bytes: Uint8Array) => void,
  ): boolean | Promise<void> {
    const directories = this.#directories
    this.#directories = undefined
    const open = (bytes: Uint8Array): void => {
      enter(bytes)
      this.#directories = directories
    }
    const bytes = get()
    if (bytes instanceof Promise) return bytes.then(open)
    open(bytes)
    return true
  }

  #askAhead(frame: Frame, start: number): void {
    const { to } = this.#range
    for (let index = start; index < start + aheadMax; index++) {
      const child = frame.node.children[index]
      if (child === undefined || (to !== undefined && child.firstKey >= to)) return
      if (frame.ahead.has(index)) continue
      const bytes = this.#ask(child.id)
      if (bytes === undefined) return
      frame.ahead.set(index, bytes)
    }
  }

  /** Whoever opens the child gets the error, whether it comes now or later; until then it is nobody's. */
  #ask(id: ChunkId): Promise<Uint8Array> | undefined {
    try {
      const bytes = this.#source.get(id, ChunkKind.tree)
      if (!(bytes instanceof Promise)) return undefined
      bytes.catch(() => {})
      return bytes
    } catch {
      return undefined
    }
  }

  #enter(node: TreeNode, id: ChunkId, sizeBytes: number, before: ByteString | undefined): void {
    if (!isLeaf(node)) {
      this.#above.push({ node, next: 0, before, ahead: new Map() })
      return
    }
    this.#leaf = loadedLeaf(node, id, sizeBytes)
    const at = node.entries.findIndex((entry) => entry.key >= this.#range.from)
    this.#index = (at < 0 ? node.entryCount : at) - 1
  }
}
