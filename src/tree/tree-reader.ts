import type { ByteString } from '../bytes/byte-string.js'
import { ChunkKind } from '../format/ids.js'
import type { StoredEntry } from '../format/stored-entry.js'
import { isLeaf } from '../format/tree-node.js'
import type { TreeRoot } from '../format/tree-root.js'
import { DirectoryOrder } from './directory-order.js'
import { type KeyRange, listingRange, rangeOfKey, subtreeRange } from './key-range.js'
import type { NodeSource } from './node-store.js'
import { readRoot } from './read-node.js'
import { TreeCursor } from './tree-cursor.js'

/** All entries, or those of a range of keys. Over the whole tree I-13 is checked too. */
export const entries = (source: NodeSource, root: TreeRoot, range?: KeyRange): TreeCursor =>
  range === undefined ? subtree(source, root, '' as ByteString) : new TreeCursor(source, root, range)

/** The entries that stand directly in a directory, given as `a/b`; the root is the empty string. */
export const listDirectory = (source: NodeSource, root: TreeRoot, directory: ByteString): TreeCursor =>
  new TreeCursor(source, root, listingRange(directory))

/** Everything below a directory, without its own entry. */
export const subtree = (source: NodeSource, root: TreeRoot, directory: ByteString): TreeCursor =>
  new TreeCursor(source, root, subtreeRange(directory), new DirectoryOrder(directory))

/** The entry of a key, with one node read for each level at most. */
export async function lookup(
  source: NodeSource,
  root: TreeRoot,
  key: ByteString,
): Promise<StoredEntry | undefined> {
  const cursor = new TreeCursor(source, root, rangeOfKey(key))
  return (await cursor.advance()) ? cursor.entry : undefined
}

/**
 * The root that `TreeWriter` would have given for the same entries one by one, where all that it got was one
 * subtree: the first level, from the leaves up, that has a single node.
 */
export async function shortenRoot(source: NodeSource, root: TreeRoot): Promise<TreeRoot> {
  let shortest = root
  while (shortest.level > 0) {
    const node = readRoot(await source.get(shortest.id, ChunkKind.tree), shortest)
    if (isLeaf(node) || node.children.length > 1) break
    shortest = { ...shortest, id: node.children[0]!.id, level: shortest.level - 1 }
  }
  return shortest
}
