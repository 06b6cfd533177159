import fc from 'fast-check'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { sipHash32, sipKeyOf } from '../../src/crypto/siphash.js'
import { addContentBytes, contentSizeBytesOf, type Entry, EntryType } from '../../src/format/entry.js'
import { encodeEntryValue } from '../../src/format/entry-value.js'
import { ChunkKind } from '../../src/format/ids.js'
import { assembleInner, assembleLeaf } from '../../src/format/node-writer.js'
import { PieceWriter } from '../../src/format/pieces.js'
import type { StoredEntry } from '../../src/format/stored-entry.js'
import { keyOf } from '../../src/format/tree-key.js'
import type { TreeChild } from '../../src/format/tree-node.js'
import type { TreeRoot } from '../../src/format/tree-root.js'
import type { NodeSink, NodeSource } from '../../src/tree/node-store.js'
import { TreeCursor } from '../../src/tree/tree-cursor.js'
import { TreeWriter } from '../../src/tree/tree-writer.js'

export const treeKey = Uint8Array.from({ length: 16 }, (_, index) => index)

export const bytes = (text: string): ByteString => text as ByteString

/** Entries by key, in no order. */
export type Model = Map<ByteString, Entry>

const plain: Entry = {
  type: EntryType.directory,
  mode: 0o755,
  uid: 1000,
  gid: 1000,
  user: bytes('user'),
  group: bytes('users'),
  mtimeSeconds: 1_700_000_000,
  mtimeNanoseconds: 123_456_789,
  ctimeSeconds: 1_700_000_000,
  ctimeNanoseconds: 123_456_789,
  inode: 100_000,
  links: 1,
  mount: 0,
  flags: 0,
  content: null,
  xattrs: [],
  extensions: [],
}

export const directoryEntry = (mode = 0o755): Entry => ({ ...plain, mode })

export const linkEntry = (target: string, mode = 0o777): Entry => ({
  ...plain,
  type: EntryType.symlink,
  mode,
  content: bytes(target),
})

/** A file of `chunks` chunks of 1,000 bytes whose ids follow from `seed`. */
export function fileEntry(chunks: number, seed: number, mode = 0o644): Entry {
  const pieces = new PieceWriter()
  for (let index = 0; index < chunks; index++) {
    const id = Buffer.alloc(32, index + 1)
    id.writeUInt32LE(seed >>> 0, 4)
    pieces.appendChunk(id, 1000)
  }
  const content = { form: 'inline', sizeBytes: 1000 * chunks, pieces: pieces.bytes(), holes: null } as const
  return { ...plain, type: EntryType.file, mode, content }
}

const nastyNames = [
  '\x01',
  '\xff',
  'a',
  'a\x01',
  'a\xff',
  'ab',
  '...',
  ' ',
  '\n',
  'a'.repeat(255),
  '\xff'.repeat(255),
]

const nameArbitrary: fc.Arbitrary<ByteString> = fc
  .oneof(
    fc.constantFrom(...nastyNames),
    fc
      .array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 20 })
      .map((units) => String.fromCharCode(...units)),
  )
  .map((name) => bytes(name.replaceAll('/', '_')))
  .filter((name) => name !== '.' && name !== '..')

const leafArbitrary: fc.Arbitrary<Entry> = fc.oneof(
  fc
    .record({ length: fc.integer({ min: 1, max: 3000 }), mode: fc.integer({ min: 0, max: 0o7777 }) })
    .map(({ length, mode }) => linkEntry('t'.repeat(length), mode)),
  fc
    .record({ chunks: fc.integer({ min: 0, max: 18 }), seed: fc.nat() })
    .map(({ chunks, seed }) => fileEntry(chunks, seed)),
)

/** Trees as they occur: each directory that has entries has an entry. */
export const modelArbitrary = (pathsMax: number): fc.Arbitrary<Model> =>
  fc
    .array(fc.tuple(fc.array(nameArbitrary, { minLength: 1, maxLength: 4 }), leafArbitrary), {
      maxLength: pathsMax,
      size: 'max',
    })
    .map((paths) => {
      const model: Model = new Map()
      for (const [names, entry] of paths) addPath(model, names, entry)
      return model
    })

export function addPath(model: Model, names: readonly ByteString[], entry: Entry): void {
  for (let depth = 0; depth < names.length; depth++) {
    const key = keyOf(bytes(names.slice(0, depth).join('/')), names[depth]!)
    const last = depth === names.length - 1
    if (!last) model.set(key, directoryEntry())
    else if (model.get(key)?.type !== EntryType.directory) model.set(key, entry)
  }
}

/** `count` files in directories of `perDirectory`, as a home directory might have them. */
export function largeModel(count: number, perDirectory = 40): Model {
  const model: Model = new Map()
  for (let index = 0; index < count; index++) {
    const directory = Math.floor(index / perDirectory)
    const names = [`area-${directory % 7}`, `project-${directory}`, `some file ${index}.txt`].map(bytes)
    addPath(model, names, fileEntry(1 + (index % 3), index))
  }
  return model
}

export const sorted = (model: Model): [ByteString, Entry][] =>
  [...model].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

export function build(model: Model, sink: NodeSink): TreeRoot {
  const writer = new TreeWriter(sink, treeKey)
  for (const [key, entry] of sorted(model))
    writer.add(key, encodeEntryValue(entry), contentSizeBytesOf(entry))
  return writer.finish()
}

/** What a cursor gives, as keys and encoded values. */
export async function collect(cursor: TreeCursor): Promise<[ByteString, string][]> {
  const found: [ByteString, string][] = []
  while (await cursor.advance()) found.push([cursor.key, Buffer.from(cursor.valueBytes).toString('hex')])
  return found
}

export const readAll = (source: NodeSource, root: TreeRoot): Promise<[ByteString, string][]> =>
  collect(new TreeCursor(source, root))

export const encodedOf = (entries: readonly (readonly [ByteString, Entry])[]): [ByteString, string][] =>
  entries.map(([key, entry]) => [key, encodeEntryValue(entry).toString('hex')])

export const encodedEntry = (entry: StoredEntry | undefined): string | undefined =>
  entry?.valueBytes.toString('hex')

/**
 * docs/FORMAT.md §8.3, word by word and slowly: whole levels at a time, and each node assembled anew to learn
 * its size.
 */
export function buildByTheBook(model: Model, sink: NodeSink): TreeRoot {
  const items = sorted(model).map(([key, entry]) => ({
    key,
    value: encodeEntryValue(entry),
    bytes: contentSizeBytesOf(entry),
  }))
  const leaves = cut(0, items, ({ key }) => key, assembleLeaf)
  let children: TreeChild[] = leaves.map((leaf) => ({
    firstKey: leaf[0]?.key ?? bytes(''),
    id: sink.put(ChunkKind.tree, assembleLeaf(leaf)),
    entryCount: leaf.length,
    contentBytes: leaf.map((item) => item.bytes).reduce(addContentBytes, 0),
  }))
  let level = 0
  while (children.length > 1) {
    level++
    const assemble = (node: TreeChild[]): Buffer => assembleInner(level, node)
    children = cut(level, children, (child) => child.firstKey, assemble).map((node) => ({
      firstKey: node[0]!.firstKey,
      id: sink.put(ChunkKind.tree, assemble(node)),
      entryCount: sum(node.map((child) => child.entryCount)),
      contentBytes: node.map((child) => child.contentBytes).reduce(addContentBytes, 0),
    }))
  }
  const [root] = children
  return { id: root!.id, level, entries: root!.entryCount, bytes: root!.contentBytes }
}

function cut<T>(
  level: number,
  items: T[],
  keyOfItem: (item: T) => ByteString,
  assemble: (items: T[]) => Buffer,
): T[][] {
  const [countMin, cutFrom] = level === 0 ? [1, 4096] : [16, 1024]
  const nodes: T[][] = [[]]
  for (const item of items) {
    const node = nodes[nodes.length - 1]!
    const size = itemsSize(node, assemble)
    const sizeWith = itemsSize([...node, item], assemble)
    const hash = sipHash32(sipKeyOf(treeKey), Uint8Array.of(level), keyOfItem(item))
    const full = sizeWith > 65_536 || (size >= cutFrom && hash < (size - cutFrom) * 65_536)
    if (full && node.length >= countMin) nodes.push([item])
    else node.push(item)
  }
  return nodes
}

function itemsSize<T>(items: T[], assemble: (items: T[]) => Buffer): number {
  if (items.length === 0) return 0
  const countHead = items.length < 24 ? 1 : items.length < 256 ? 2 : 3
  return assemble(items).byteLength - 2 - countHead
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)
