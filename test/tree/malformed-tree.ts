import type { ByteString } from '../../src/bytes/byte-string.js'
import { CborWriter } from '../../src/format/cbor-writer.js'
import { addContentBytes, contentSizeBytesOf, type Entry } from '../../src/format/entry.js'
import { encodeEntryValue } from '../../src/format/entry-value.js'
import { ChunkKind } from '../../src/format/ids.js'
import type { TreeChild } from '../../src/format/tree-node.js'
import type { TreeRoot } from '../../src/format/tree-root.js'
import type { NodeSink } from '../../src/tree/node-store.js'

/**
 * Writes nodes as they are given, right or wrong; keys are packed as §8.2 says, except that order is not
 * looked at.
 */
export class NodeForge {
  constructor(readonly sink: NodeSink) {}

  leaf(entries: readonly (readonly [ByteString, Entry])[]): TreeChild {
    const items = entries.map(([key, entry]) => ({ key, rest: encodeEntryValue(entry) }))
    return {
      firstKey: entries[0]![0],
      id: this.sink.put(ChunkKind.tree, encodeNode(0, 19, items)),
      entryCount: entries.length,
      contentBytes: entries.map(([, entry]) => contentSizeBytesOf(entry)).reduce(addContentBytes, 0),
    }
  }

  inner(level: number, children: readonly TreeChild[]): TreeChild {
    const items = children.map((child) => {
      const rest = new CborWriter()
      rest.bytesItem(child.id)
      rest.uint(child.entryCount)
      rest.uint(child.contentBytes)
      return { key: child.firstKey, rest: rest.bytes() }
    })
    return {
      firstKey: children[0]!.firstKey,
      id: this.sink.put(ChunkKind.tree, encodeNode(level, 5, items)),
      entryCount: children.reduce((total, child) => total + child.entryCount, 0),
      contentBytes: children.map((child) => child.contentBytes).reduce(addContentBytes, 0),
    }
  }
}

export const rootAt = (level: number, node: TreeChild): TreeRoot => ({
  id: node.id,
  level,
  entries: node.entryCount,
  bytes: node.contentBytes,
})

function encodeNode(
  level: number,
  itemLength: number,
  items: readonly { key: ByteString; rest: Uint8Array }[],
): Buffer {
  const writer = new CborWriter()
  writer.arrayHead(2)
  writer.uint(level)
  writer.arrayHead(items.length)
  let before = ''
  for (const { key, rest } of items) {
    let shared = 0
    while (shared < Math.min(before.length, key.length) && before[shared] === key[shared]) shared++
    writer.arrayHead(itemLength)
    writer.uint(shared)
    writer.byteString(key, shared)
    writer.raw(rest)
    before = key
  }
  return writer.bytes()
}
