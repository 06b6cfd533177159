import type { ByteString } from '../../bytes/byte-string.js'
import { textOf } from '../../bytes/byte-string.js'
import { CorruptError } from '../../errors.js'
import { EntryType } from '../../format/entry.js'
import { keyOf, pathOfKey, splitKey } from '../../format/tree-key.js'
import type { TreeRoot } from '../../format/tree-root.js'
import { DirectoryOrder } from '../../tree/directory-order.js'
import { listingRange } from '../../tree/key-range.js'
import type { NodeSource } from '../../tree/node-store.js'
import { TreeCursor } from '../../tree/tree-cursor.js'
import { diff, type TreeDifference } from '../../tree/tree-diff.js'
import { lookup } from '../../tree/tree-reader.js'

/** I-13 does not hold. */
export class DirectoryFault extends CorruptError {
  constructor(directory: ByteString) {
    super('tree', `has entries of the directory ${textOf(directory)}, which has no entry`)
  }
}

/**
 * I-13: every directory that has entries has an entry. Against an earlier tree for which that holds, only what changed can
 * break it: entries that came, and directories that went. Errors: `DirectoryFault`, and what the source throws.
 */
export const checkDirectoriesOf = async (
  source: NodeSource,
  root: TreeRoot,
  earlier: TreeRoot | undefined,
): Promise<void> => {
  if (earlier === undefined) return checkAll(source, root)
  let lastProved = '' as ByteString
  for await (const difference of diff(source, earlier, root)) {
    const { directory } = splitKey(difference.key)
    if (difference.before === undefined && directory !== lastProved) {
      await requireDirectory(source, root, directory)
      lastProved = directory
    }
    if (isDirectoryGone(difference)) await requireEmpty(source, root, pathOfKey(difference.key))
  }
}

const checkAll = async (source: NodeSource, root: TreeRoot): Promise<void> => {
  const cursor = new TreeCursor(source, root)
  const order = new DirectoryOrder('' as ByteString)
  while (await cursor.advance()) {
    try {
      order.see(cursor.entry, cursor.leaf)
    } catch {
      throw new DirectoryFault(splitKey(cursor.key).directory)
    }
  }
}

const isDirectoryGone = ({ before, after }: TreeDifference): boolean =>
  before?.type === EntryType.directory && after?.type !== EntryType.directory

const requireDirectory = async (source: NodeSource, root: TreeRoot, directory: ByteString): Promise<void> => {
  const slash = directory.lastIndexOf('/')
  const parent = directory.slice(0, Math.max(0, slash)) as ByteString
  const entry = await lookup(source, root, keyOf(parent, directory.slice(slash + 1) as ByteString))
  if (entry?.type !== EntryType.directory) throw new DirectoryFault(directory)
}

const requireEmpty = async (source: NodeSource, root: TreeRoot, directory: ByteString): Promise<void> => {
  if (await new TreeCursor(source, root, listingRange(directory)).advance())
    throw new DirectoryFault(directory)
}
