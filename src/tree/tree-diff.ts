import type { ByteString } from '../bytes/byte-string.js'
import { bufferView } from '../format/buffer-view.js'
import type { StoredEntry } from '../format/stored-entry.js'
import type { TreeRoot } from '../format/tree-root.js'
import { DiffSide } from './diff-side.js'
import { type KeyRange, wholeTree } from './key-range.js'
import type { NodeSource } from './node-store.js'

/** At least one of the two is there, and they are not the same. */
export interface TreeDifference {
  readonly key: ByteString
  readonly before?: StoredEntry
  readonly after?: StoredEntry
}

/**
 * What tree `after` changed of tree `before`, in key order. Subtrees of equal id are passed over at every
 * level, so the cost is that of the change. Errors: `corrupt`, naming the node, and what the source throws.
 *
 * Over the two heads, each a subtree or an entry:
 * 1. Equal ids: pass both.
 * 2. Different first keys: what the lesser one begins with is on one side only. Give it if it is an entry,
 *    else open it.
 * 3. Equal first keys: two entries are compared; else the higher subtree is opened, both where they are of
 *    one level.
 */
export async function* diff(
  source: NodeSource,
  before: TreeRoot,
  after: TreeRoot,
  range: KeyRange = wholeTree,
): AsyncGenerator<TreeDifference, void, undefined> {
  if (bufferView(before.id).equals(after.id)) return
  const [a, b] = [new DiffSide(source, range), new DiffSide(source, range)]
  await Promise.all([a.openRoot(before), b.openRoot(after)])
  while (!a.atEnd || !b.atEnd) {
    const order = compareHeads(a, b)
    if (order === 0 && a.entry !== undefined && b.entry !== undefined) {
      if (!a.entry.valueBytes.equals(b.entry.valueBytes))
        yield { key: a.key, before: a.entry, after: b.entry }
      passBoth(a, b)
    } else if (order === 0) {
      await openOrPass(a, b)
    } else if (order < 0) {
      if (a.entry !== undefined) yield { key: a.key, before: a.entry }
      await passOrOpen(a)
    } else {
      if (b.entry !== undefined) yield { key: b.key, after: b.entry }
      await passOrOpen(b)
    }
  }
}

function compareHeads(a: DiffSide, b: DiffSide): number {
  if (a.atEnd) return 1
  if (b.atEnd || a.key < b.key) return -1
  return a.key === b.key ? 0 : 1
}

async function openOrPass(a: DiffSide, b: DiffSide): Promise<void> {
  if (a.level === b.level && bufferView(a.id!).equals(b.id!)) {
    passBoth(a, b)
    return
  }
  const [levelA, levelB] = [a.level, b.level]
  const opened: Promise<void>[] = []
  if (levelA >= levelB) opened.push(a.open())
  if (levelB >= levelA) opened.push(b.open())
  await Promise.all(opened)
}

function passBoth(a: DiffSide, b: DiffSide): void {
  a.pass()
  b.pass()
}

async function passOrOpen(side: DiffSide): Promise<void> {
  if (side.entry !== undefined) side.pass()
  else await side.open()
}
