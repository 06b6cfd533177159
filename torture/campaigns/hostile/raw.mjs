import { createHash } from 'node:crypto'
import { load } from '../../../bench/machine/dist.mjs'

const { sealBlock } = await load('format/block.js')
const { encodeEntryValue } = await load('format/entry-value.js')
const { ChunkKind, ObjectType } = await load('format/ids.js')

/** Encoders that believe whatever they are told: what the program's own would never write. */

export const head = (major, value) => {
  const top = major << 5
  if (value < 24) return Buffer.of(top | value)
  if (value < 0x100) return Buffer.of(top | 24, value)
  const bytes = Buffer.alloc(value < 0x1_0000 ? 3 : value < 0x1_0000_0000 ? 5 : 9)
  bytes[0] = top | (bytes.length === 3 ? 25 : bytes.length === 5 ? 26 : 27)
  if (bytes.length === 3) bytes.writeUInt16BE(value, 1)
  else if (bytes.length === 5) bytes.writeUInt32BE(value, 1)
  else bytes.writeBigUInt64BE(BigInt(value), 1)
  return bytes
}

/** Bytes that are encoded already. */
export class Raw {
  constructor(bytes) {
    this.bytes = bytes
  }
}

/** Canonical CBOR of numbers, texts, buffers, arrays, null and booleans, without any bounds. */
export const cbor = (value) => {
  if (value instanceof Raw) return value.bytes
  if (value === null) return Buffer.of(0xf6)
  if (typeof value === 'boolean') return Buffer.of(value ? 0xf5 : 0xf4)
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  return Buffer.concat([head(4, value.length), ...value.map(cbor)])
}

const shared = (a, b) => {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}

/** The first two items of each, keys packed as they should be; a key is a latin1 text, with 00 between its parts. */
const packedKeys = (keys) => {
  let last = ''
  return keys.map((key) => {
    const common = shared(last, key)
    last = key
    return [common, Buffer.from(key.slice(common), 'latin1')]
  })
}

/** A leaf of `[key, entry]`, in that order; an entry may be a `Raw` value. */
export const leafOf = (items) => {
  const keys = packedKeys(items.map(([key]) => key))
  const encoded = items.map(([, entry], index) => {
    const value = entry instanceof Raw ? entry.bytes : encodeEntryValue(entry)
    return Buffer.concat([head(4, 19), ...keys[index].map(cbor), value])
  })
  return Buffer.concat([head(4, 2), cbor(0), head(4, items.length), ...encoded])
}

/** An inner node of `{ key, id, entries, bytes }`. */
export const innerOf = (level, children) => {
  const keys = packedKeys(children.map(({ key }) => key))
  return cbor([level, children.map(({ id, entries, bytes }, index) => [...keys[index], id, entries, bytes])])
}

/** A pack of blocks of chunks, with a directory that may say something else. */
export const packOf = (seals, kind, blocks, lie = (directory) => directory) => {
  const sealed = blocks.map(({ body }) => sealBlock(seals, kind, [body]))
  const chunks = blocks.flatMap((block) => block.chunks)
  const directory = lie({
    version: 1,
    kind,
    flags: 0,
    blockCount: blocks.length,
    chunkCount: chunks.length,
    blocks: sealed.map((bytes, index) => ({
      sizeBytes: bytes.length,
      tag: bytes.subarray(bytes.length - 16),
      chunks: blocks[index].chunks.length,
    })),
    sizes: chunks.map(({ sizeBytes }) => sizeBytes),
    ids: chunks.map(({ id }) => id),
    signature: 0,
    trailerKind: kind,
    /** Added to the length that the trailer says. */
    trailerMore: 0,
    trailerReserved: 0,
  })
  const plaintext = directoryBytes(directory)
  const sealedDirectory = seals.seal(ObjectType.directory, 1, '', plaintext)
  const trailer = Buffer.alloc(16)
  trailer.writeUInt32LE((sealedDirectory.length + directory.trailerMore) >>> 0)
  trailer[4] = directory.trailerKind
  trailer[5] = directory.trailerReserved
  return Buffer.concat([...sealed, sealedDirectory, seals.seal(ObjectType.directory, 2, '', trailer)])
}

const u32 = (value) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

const directoryBytes = (directory) =>
  Buffer.concat([
    Buffer.of(directory.version, directory.kind, directory.flags, 0),
    Buffer.alloc(16),
    u32(directory.blockCount),
    u32(directory.chunkCount),
    ...directory.blocks.map(({ sizeBytes, tag, chunks }) =>
      Buffer.concat([u32(sizeBytes), tag, u32(chunks)]),
    ),
    ...directory.sizes.map((size) => u32(size).subarray(0, 3)),
    ...directory.ids,
    Buffer.of(directory.signature & 0xff, directory.signature >> 8),
  ])

/** A block's body that holds these chunks as they are; `header` overrides what it says. */
export const storedBody = (chunks, header = {}) =>
  Buffer.concat([bodyHeader({ lengths: chunks.map(({ length }) => length), ...header }), ...chunks])

export const bodyHeader = ({ codec = 0, flags = 0, features = 0, padding = 0, count, lengths }) =>
  Buffer.concat([
    Buffer.of(codec, flags, features, 0),
    u32(padding),
    u32(count ?? lengths.length),
    ...lengths.map(u32),
  ])

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** Adds a pack to a scene's storage under its right name, which no index file says anything of. */
export const putPack = (scene, bytes) => {
  const id = sha256(bytes)
  scene.put(`packs/${id}`, bytes)
  return id
}

/** One chunk in a block of its own, honest or not: `id` and `sizeBytes` are what the directory says. */
export const blockOf = (bytes, id, sizeBytes = bytes.length) => ({
  body: storedBody([bytes]),
  chunks: [{ id, sizeBytes }],
})

export { ChunkKind, ObjectType }
