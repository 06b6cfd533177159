import type { ByteString } from '../../bytes/byte-string.js'
import { contentSizeBytesOf, EntryType } from '../../format/entry.js'
import { lostBytesOf } from '../../format/repair-mark.js'
import type { StoredEntry } from '../../format/stored-entry.js'
import { pathOfKey } from '../../format/tree-key.js'
import type { TreeRoot } from '../../format/tree-root.js'
import type { NodeSink, NodeSource } from '../../tree/node-store.js'
import { TreeWriter } from '../../tree/tree-writer.js'
import type { ContentSurvey } from './content-survey.js'
import { DirectoryGaps, madeUpDirectory } from './made-up-directory.js'
import { mendEntry } from './mend-entry.js'
import type { DamagedEntry } from './repair-options.js'
import { type LostPart, walkTree } from './tree-walk.js'

const namedMax = 1000

export interface MendedTree {
  /** Undefined where nothing is left of it. */
  readonly root: TreeRoot | undefined
  /** At most 1,000 of them. */
  readonly damaged: readonly DamagedEntry[]
  readonly damagedTotal: number
  readonly bytesLost: number
  readonly lost: readonly LostPart[]
  readonly madeUp: readonly ByteString[]
}

export interface TreeMending {
  readonly source: NodeSource
  readonly contents: ContentSurvey
  readonly sink: NodeSink
  readonly treeKey: Uint8Array
  /** Resolves when more may be brought. */
  readonly room: () => Promise<void>
}

/**
 * Writes the tree of what is left of another one: first a walk that finds what is lost and which directories must be made up
 * for what is left below them, then one that writes the entries in order.
 */
export const mendTree = async (root: TreeRoot, mending: TreeMending): Promise<MendedTree> => {
  const gaps = new DirectoryGaps()
  const lost: LostPart[] = []
  for await (const part of walkTree(mending.source, root)) {
    if ('lost' in part) lost.push(part.lost)
    else for (const { key, type } of part.leaf.entries) gaps.take(key, type === EntryType.directory)
  }
  const madeUp = gaps.missing.sort()
  const writing = new TreeWriting(mending, [...madeUp])
  for await (const part of walkTree(mending.source, root))
    if ('leaf' in part) {
      await mending.room()
      for (const entry of part.leaf.entries) await writing.take(entry)
    }
  const isEmpty = root.entries > 0 && writing.entries === 0
  return {
    root: isEmpty ? undefined : writing.finish(),
    damaged: writing.damaged,
    damagedTotal: writing.damagedTotal,
    bytesLost: lost.reduce(
      (sum, { bytes }) => Math.min(sum + bytes, Number.MAX_SAFE_INTEGER),
      writing.bytesLost,
    ),
    lost,
    madeUp: madeUp.map(pathOfKey),
  }
}

class TreeWriting {
  readonly damaged: DamagedEntry[] = []
  damagedTotal = 0
  bytesLost = 0
  entries = 0
  readonly #tree: TreeWriter

  constructor(
    private readonly mending: TreeMending,
    /** Keys of directories that are still to come. */
    private readonly madeUp: ByteString[],
  ) {
    this.#tree = new TreeWriter(mending.sink, mending.treeKey)
  }

  async take(entry: StoredEntry): Promise<void> {
    while (this.madeUp.length > 0 && this.madeUp[0]! < entry.key)
      this.#tree.add(this.madeUp.shift()!, madeUpDirectory(), 0)
    this.entries++
    const { contents, sink } = this.mending
    if (await contents.isWhole(entry)) {
      this.#tree.add(entry.key, entry.valueBytes, contentSizeBytesOf(entry))
      return
    }
    const { value, loss } = await mendEntry(entry, contents, sink)
    this.#tree.add(entry.key, value, contentSizeBytesOf(entry))
    const bytesLost = lostBytesOf(loss)
    this.damagedTotal++
    this.bytesLost += bytesLost
    if (this.damaged.length < namedMax)
      this.damaged.push({ path: pathOfKey(entry.key), bytesLost, attributesLost: loss.attributes })
  }

  finish(): TreeRoot {
    return this.#tree.finish()
  }
}
