import { CorruptError } from '../errors.js'
import type { FileContent } from '../format/entry.js'
import { type ChunkId, ChunkKind, chunkKey, hexOf } from '../format/ids.js'
import { decodeListNode, type ListNode, verifyListChild } from '../format/list-node.js'
import type { NodeSource } from './node-store.js'

export interface VisitedListNode {
  readonly id: ChunkId
  /** A leaf has packed pieces, for `PieceCursor`; an inner node has children. */
  readonly node: ListNode
}

/**
 * Visits the nodes of a file's list, parents before children, and none whose id is in `seen` (chunkKey)
 * already; ids are added as they are visited, so that one set serves all files of a walk. Content that stands
 * in its entry has no nodes.
 * Errors: `corrupt`, naming the node, and what the source and `visit` throw.
 */
export async function visitListNodes(
  content: FileContent,
  source: NodeSource,
  seen: Set<string>,
  visit: (node: VisitedListNode) => void | Promise<void>,
): Promise<void> {
  if (content.form !== 'list') return
  await step(content.root, (node, name) => {
    const agrees = node.coveredBytes === content.sizeBytes && node.pieceCount === content.pieceCount
    if (!agrees) throw new CorruptError(name, 'is not what its file says')
  })

  async function step(id: ChunkId, verify: (node: ListNode, name: string) => void): Promise<void> {
    const key = chunkKey(id)
    if (seen.has(key)) return
    const name = `list node ${hexOf(id)}`
    const node = decodeListNode(await source.get(id, ChunkKind.list), name)
    verify(node, name)
    seen.add(key)
    await visit({ id, node })
    if (!('children' in node)) return
    for (const child of node.children) {
      await step(child.id, (below, belowName) => verifyListChild(below, node, child, belowName))
    }
  }
}
