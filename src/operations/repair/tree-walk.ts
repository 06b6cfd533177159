import type { ByteString } from '../../bytes/byte-string.js'
import { BackendError, CorruptError, VarveError } from '../../errors.js'
import { type ChunkId, ChunkKind } from '../../format/ids.js'
import { isLeaf, type TreeInner, type TreeLeaf, type TreeNode } from '../../format/tree-node.js'
import type { TreeRoot } from '../../format/tree-root.js'
import type { NodeSource } from '../../tree/node-store.js'
import { readChild, readRoot } from '../../tree/read-node.js'

/** A part of a tree that cannot be read. */
export interface LostPart {
  readonly firstKey: ByteString
  readonly entries: number
  readonly bytes: number
}

export type TreePart = { readonly leaf: TreeLeaf } | { readonly lost: LostPart }

/** The leaves of a tree in order, and what is lost between them. Memory: one node of each level. */
export async function* walkTree(
  source: NodeSource,
  root: TreeRoot,
): AsyncGenerator<TreePart, void, undefined> {
  const node = await readable(source, root.id, (bytes) => readRoot(bytes, root))
  if (node === undefined)
    yield { lost: { firstKey: '' as ByteString, entries: root.entries, bytes: root.bytes } }
  else yield* walkBelow(source, node, undefined)
}

async function* walkBelow(
  source: NodeSource,
  node: TreeNode,
  before: ByteString | undefined,
): AsyncGenerator<TreePart, void, undefined> {
  if (isLeaf(node)) yield { leaf: node }
  else yield* walkChildren(source, node, before)
}

async function* walkChildren(
  source: NodeSource,
  parent: TreeInner,
  before: ByteString | undefined,
): AsyncGenerator<TreePart, void, undefined> {
  for (const [index, child] of parent.children.entries()) {
    const end = parent.children[index + 1]?.firstKey ?? before
    const node = await readable(source, child.id, (bytes) => readChild(bytes, child, parent.level, end))
    if (node !== undefined) yield* walkBelow(source, node, end)
    else yield { lost: { firstKey: child.firstKey, entries: child.entryCount, bytes: child.contentBytes } }
  }
}

const readable = async (
  source: NodeSource,
  id: ChunkId,
  decode: (bytes: Uint8Array) => TreeNode,
): Promise<TreeNode | undefined> => {
  try {
    return decode(await source.get(id, ChunkKind.tree))
  } catch (error) {
    if (isLost(error)) return undefined
    throw error
  }
}

/** What reading again will not bring back. */
export const isLost = (error: unknown): boolean =>
  error instanceof CorruptError ||
  (error instanceof VarveError && error.code === 'missing') ||
  (error instanceof BackendError && !error.transient)
