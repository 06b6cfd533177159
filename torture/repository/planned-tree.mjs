import { load } from '../../bench/machine/dist.mjs'

const { EntryType } = await load('format/entry.js')
const { encodeEntryValue } = await load('format/entry-value.js')
const { ChunkKind } = await load('format/ids.js')
const { keyOf } = await load('format/tree-key.js')
const { storeHoles } = await load('tree/hole-store.js')
const { ListWriter } = await load('tree/list-writer.js')
const { TreeWriter } = await load('tree/tree-writer.js')

/** What an entry has unless a plan says otherwise. */
export const plainEntry = {
  type: EntryType.file,
  mode: 0o644,
  uid: 1000,
  gid: 1000,
  user: 'user',
  group: 'users',
  mtimeSeconds: 1_700_000_000,
  mtimeNanoseconds: 123_456_789,
  ctimeSeconds: 1_700_000_000,
  ctimeNanoseconds: 0,
  inode: 0,
  links: 1,
  mount: 0,
  flags: 0,
  content: null,
  xattrs: [],
  extensions: [],
}

/**
 * Writes a tree that is spelled out: paths to content (a buffer, a text, or `{ file: [parts], holes, ...attributes }`; a part
 * `{ zeros: n }` is an extent). Directories above a path are made. Files are cut every `chunkBytes`.
 */
export const writeTree = (tree, sink, treeKey, chunkBytes = 1000) => {
  const entries = new Map()
  for (const [path, planned] of Object.entries(tree)) {
    const names = path.split('/')
    sink.begin?.(path)
    names.forEach((name, depth) => {
      const key = keyOf(names.slice(0, depth).join('/'), name)
      if (depth === names.length - 1) entries.set(key, entryOf(planned, sink, chunkBytes))
      else if (!entries.has(key)) entries.set(key, { ...plainEntry, type: EntryType.directory, mode: 0o755 })
    })
  }
  const writer = new TreeWriter(sink, treeKey)
  for (const key of [...entries.keys()].sort()) {
    const entry = entries.get(key)
    writer.add(key, encodeEntryValue(entry), entry.content?.sizeBytes ?? 0)
  }
  return writer.finish()
}

const entryOf = (planned, sink, chunkBytes) => {
  if (typeof planned === 'string' || planned instanceof Uint8Array)
    return entryOf({ file: [planned] }, sink, chunkBytes)
  const { file = [], holes = [], ...attributes } = planned
  const entry = { ...plainEntry, ...attributes }
  if (entry.type !== EntryType.file) return entry
  return { ...entry, content: fileContent(file, storeHoles(holes, sink), sink, chunkBytes) }
}

const fileContent = (parts, holes, sink, chunkBytes) => {
  const list = new ListWriter(sink)
  for (const part of parts) {
    if (typeof part === 'object' && 'zeros' in part) {
      list.addZeros(part.zeros)
      continue
    }
    const bytes = Buffer.from(part)
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      const chunk = bytes.subarray(at, at + chunkBytes)
      list.addChunk(sink.put(ChunkKind.data, chunk), chunk.length)
    }
  }
  return list.finish(holes)
}
