import type { ByteString } from '../../src/bytes/byte-string.js'
import { contentSizeBytesOf, type Entry } from '../../src/format/entry.js'
import { encodeEntryValue } from '../../src/format/entry-value.js'
import { type ChunkId, ChunkKind } from '../../src/format/ids.js'
import { decodeNode, isLeaf } from '../../src/format/tree-node.js'
import type { TreeRoot } from '../../src/format/tree-root.js'
import type { NodeSink, NodeSource } from '../../src/tree/node-store.js'
import { TreeWriter } from '../../src/tree/tree-writer.js'
import { treeKey } from './tree-samples.js'

/** A new entry for a key, or undefined where it goes. */
export type Edits = Map<ByteString, Entry | undefined>

/** Writes an earlier tree with edits, opening only the nodes that an edit is in or directly behind. */
export async function rebuildWithSubtrees(
  source: NodeSource,
  old: TreeRoot,
  edits: Edits,
  sink: NodeSink,
): Promise<TreeRoot> {
  const writer = new TreeWriter(sink, treeKey)
  const pending = [...edits].sort(([a], [b]) => (a < b ? -1 : 1))

  const addEditsBelow = (key: ByteString | undefined): void => {
    while (pending.length > 0 && (key === undefined || pending[0]![0] < key)) {
      const [editedKey, entry] = pending.shift()!
      if (entry !== undefined) writer.add(editedKey, encodeEntryValue(entry), contentSizeBytesOf(entry))
    }
  }

  const visit = async (id: ChunkId, before: ByteString | undefined): Promise<void> => {
    const node = decodeNode(await source.get(id, ChunkKind.tree), 'node')
    if (isLeaf(node)) {
      for (const entry of node.entries) {
        addEditsBelow(entry.key)
        if (pending[0]?.[0] !== entry.key) writer.add(entry.key, entry.valueBytes, contentSizeBytesOf(entry))
        else addEditsBelow(`${entry.key}\0` as ByteString)
      }
      return
    }
    for (const [index, child] of node.children.entries()) {
      const end = node.children[index + 1]?.firstKey ?? before
      addEditsBelow(child.firstKey)
      const level = node.level - 1
      const untouched = pending.length === 0 || (end !== undefined && pending[0]![0] > end)
      if (untouched && writer.beginNodes(child.firstKey, level) === level) writer.addSubtree(level, child)
      else await visit(child.id, end)
    }
  }

  await visit(old.id, undefined)
  addEditsBelow(undefined)
  return writer.finish()
}
