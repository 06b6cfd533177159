import fc from 'fast-check'
import { type ByteString, byteStringOf } from '../../src/bytes/byte-string.js'
import { type Entry, EntryType, type Holes, type Xattr } from '../../src/format/entry.js'
import type { ChunkId } from '../../src/format/ids.js'
import { isEntryName, keyOf } from '../../src/format/tree-key.js'
import type { TreeChild } from '../../src/format/tree-node.js'
import { chunkId, counting, inlinePieces } from './samples.js'

const bytes = (maxLength: number, minLength = 0) =>
  fc.uint8Array({ minLength, maxLength }).map((value) => byteStringOf(value))
export const names = fc.uint8Array({ minLength: 1, maxLength: 12 }).map(byteStringOf).filter(isEntryName)
const nanoseconds = fc.nat({ max: 999_999_999 })
export const uints = fc.maxSafeNat()
const idOf = (value: Uint8Array): ChunkId => Buffer.from(value) as Uint8Array as ChunkId
const ids = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(idOf)
const holes: fc.Arbitrary<Holes> = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 256 }).map((value) => Buffer.from(value)),
  fc.array(ids, { minLength: 1, maxLength: 3 }),
)
const contents = {
  file: fc.oneof(
    fc
      .tuple(fc.array(fc.integer({ min: 1, max: 4_194_304 }), { maxLength: 18 }), holes)
      .map(([lengths, map]) => {
        const pieces = inlinePieces(...lengths)
        return { form: 'inline' as const, sizeBytes: pieces.coveredBytes, pieces: pieces.bytes(), holes: map }
      }),
    fc.tuple(uints, fc.nat(), holes).map(([sizeBytes, pieceCount, map]) => ({
      form: 'list' as const,
      sizeBytes,
      root: idOf(chunkId(3)),
      pieceCount,
      holes: map,
    })),
  ),
  target: fc
    .uint8Array({ minLength: 1, maxLength: 40 })
    .map((value) => byteStringOf(value.map((byte) => byte || 1))),
  device: fc.record({ major: fc.nat(), minor: fc.nat() }),
}
const typed = fc.oneof(
  contents.file.map((content) => ({ type: EntryType.file, content })),
  contents.target.map((content) => ({ type: EntryType.symlink, content })),
  contents.device.map((content) => ({ type: EntryType.blockDevice, content })),
  fc
    .constantFrom(EntryType.directory, EntryType.fifo, EntryType.socket)
    .map((type) => ({ type, content: null })),
)
const xattrs: fc.Arbitrary<Xattr[]> = fc
  .uniqueArray(
    fc.uint8Array({ minLength: 1, maxLength: 20 }).map((name) => byteStringOf(name.map((byte) => byte || 1))),
    { maxLength: 3 },
  )
  .map((list) =>
    list.sort().map((name, index) => ({
      name,
      value:
        index === 1 ? { sizeBytes: 70_000, ids: [idOf(chunkId(1)), idOf(chunkId(2))] } : counting(index * 9),
    })),
  )

const entries: fc.Arbitrary<Entry> = fc
  .record({
    mode: fc.nat({ max: 0o7777 }),
    uid: uints,
    gid: fc.nat(),
    user: bytes(40),
    group: bytes(5),
    mtimeSeconds: fc.maxSafeInteger(),
    mtimeNanoseconds: nanoseconds,
    ctimeSeconds: fc.integer(),
    ctimeNanoseconds: nanoseconds,
    inode: uints,
    links: fc.nat(),
    flags: fc.nat({ max: 1 }),
    xattrs,
    extensions: fc.constantFrom([], [{ id: 4, critical: true, bytes: Buffer.of(1) }]),
  })
  .chain((common) =>
    typed.map((own) => ({
      ...common,
      ...own,
      mount: common.links > 1 && own.type !== EntryType.directory ? 2 : 0,
    })),
  )

/** Keys in order, each with an entry of any shape. */
export const itemLists = fc
  .uniqueArray(fc.tuple(fc.array(names, { maxLength: 3 }), names), {
    maxLength: 12,
    selector: ([directory, name]) => `${directory.join('/')}//${name}`,
  })
  .chain((paths) => {
    const keys = paths.map(([directory, name]) => keyOf(directory.join('/') as ByteString, name)).sort()
    return fc
      .array(entries, { minLength: keys.length, maxLength: keys.length })
      .map((values) => keys.map((key, index) => ({ key, entry: values[index]! })))
  })

export const children: TreeChild[] = [
  { firstKey: keyOf('' as ByteString, 'a' as ByteString), id: chunkId(1), entryCount: 3, contentBytes: 0 },
  {
    firstKey: keyOf('a' as ByteString, 'b' as ByteString),
    id: chunkId(2),
    entryCount: 300,
    contentBytes: 2 ** 40,
  },
]
