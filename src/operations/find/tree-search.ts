import type { ByteString } from '../../bytes/byte-string.js'
import { type ChunkId, ChunkKind, chunkKey } from '../../format/ids.js'
import type { Snapshot } from '../../format/snapshot.js'
import type { StoredEntry } from '../../format/stored-entry.js'
import { isLeaf, type TreeInner, type TreeNode } from '../../format/tree-node.js'
import { findEntry } from '../../snapshot/find-entry.js'
import type { EntryMatcher } from '../../snapshot/find-pattern.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import { type KeyRange, rangeOfKey, subtreeRange, wholeTree } from '../../tree/key-range.js'
import type { NodeSource } from '../../tree/node-store.js'
import { readChild, readRoot } from '../../tree/read-node.js'

/** Nodes without a match that are remembered: some 100 bytes each. Beyond that they are only read again. */
const barrenMax = 200_000
const aheadMax = 8

/**
 * Looks for entries in one tree after the other. Keys are whole paths, so what a node holds matches or does not wherever
 * the node is met: one in which nothing matched is passed over in all later trees.
 */
export class TreeSearch {
  entriesSeen = 0
  readonly #barren = new Set<string>()

  constructor(
    private readonly source: NodeSource,
    private readonly matcher: EntryMatcher,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** The matches at or below a path, in key order. `onNode` is called after each node. Errors: `not-found`, `corrupt`. */
  async *matches(
    snapshot: Snapshot,
    path: ByteString,
    onNode: () => void,
  ): AsyncGenerator<StoredEntry, void, undefined> {
    const { root } = snapshot
    const ranges = path === '' ? [wholeTree] : await this.#rangesOf(snapshot, path)
    for (const range of ranges) {
      if (this.#barren.has(chunkKey(root.id))) return
      const node = readRoot(await this.source.get(root.id, ChunkKind.tree), root)
      yield* this.#below(node, root.id, undefined, range, onNode)
    }
  }

  /** The entry itself stands elsewhere than what is below it. */
  async #rangesOf(snapshot: Snapshot, path: ByteString): Promise<KeyRange[]> {
    const { key } = await findEntry(this.source, snapshot, path)
    return [rangeOfKey(key), subtreeRange(path)]
  }

  async *#below(
    node: TreeNode,
    id: ChunkId,
    before: ByteString | undefined,
    range: KeyRange,
    onNode: () => void,
  ): AsyncGenerator<StoredEntry, boolean, undefined> {
    throwIfAborted(this.signal)
    const isBarren = isLeaf(node)
      ? yield* this.#inLeaf(node.entries, range)
      : yield* this.#inChildren(node, before, range, onNode)
    if (isBarren && this.#barren.size < barrenMax) this.#barren.add(chunkKey(id))
    onNode()
    return isBarren
  }

  /** True where no entry matches, in the range or out of it. */
  *#inLeaf(entries: readonly StoredEntry[], range: KeyRange): Generator<StoredEntry, boolean, undefined> {
    let isBarren = true
    for (const entry of entries) {
      this.entriesSeen++
      if (!this.matcher.matches(entry)) continue
      isBarren = false
      if (entry.key >= range.from && (range.to === undefined || entry.key < range.to)) yield entry
    }
    return isBarren
  }

  async *#inChildren(
    parent: TreeInner,
    before: ByteString | undefined,
    range: KeyRange,
    onNode: () => void,
  ): AsyncGenerator<StoredEntry, boolean, undefined> {
    const wanted = this.#wantedChildren(parent, before, range)
    let isBarren = parent.children.every(
      ({ id }, index) => wanted.has(index) || this.#barren.has(chunkKey(id)),
    )
    const indexes = [...wanted.keys()]
    const asked: Promise<Uint8Array>[] = []
    for (const [at, index] of indexes.entries()) {
      for (const next of indexes.slice(at + asked.length, at + aheadMax))
        asked.push(this.#ask(parent.children[next]!.id))
      const child = parent.children[index]!
      const end = wanted.get(index)
      const node = readChild(await asked.shift()!, child, parent.level, end)
      if (!(yield* this.#below(node, child.id, end, range, onNode))) isBarren = false
    }
    return isBarren
  }

  /** Those that touch the range and may have a match: index, and the first key of what follows. */
  #wantedChildren(
    { children }: TreeInner,
    before: ByteString | undefined,
    { from, to }: KeyRange,
  ): Map<number, ByteString | undefined> {
    const wanted = new Map<number, ByteString | undefined>()
    children.forEach(({ firstKey, id }, index) => {
      const end = children[index + 1]?.firstKey ?? before
      const touches = (to === undefined || firstKey < to) && (end === undefined || end > from)
      if (touches && !this.#barren.has(chunkKey(id))) wanted.set(index, end)
    })
    return wanted
  }

  /** Whoever comes to the node gets the error; until then it is nobody's. */
  #ask(id: ChunkId): Promise<Uint8Array> {
    const bytes = (async () => this.source.get(id, ChunkKind.tree))()
    bytes.catch(() => {})
    return bytes
  }
}
