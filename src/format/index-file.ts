import assert from 'node:assert/strict'
import { CorruptError } from '../errors.js'
import { Codec } from './block-body.js'
import { bufferView } from './buffer-view.js'
import { type IndexId, ObjectType } from './ids.js'
import {
  decodeFence,
  encodeFence,
  type IndexedPack,
  type IndexFence,
  type IndexPage,
  indexPrefixSizeBytes,
} from './index-fence.js'
import { indexEntrySizeBytes, indexFileMaxBytes, indexPageEntriesMax, packBlocksMax } from './limits.js'
import { type Seals, sealedOverheadBytes } from './seal.js'

const trailerPlaintextBytes = 16
/** An index file ends with this many bytes of sealed trailer (docs/FORMAT.md §6). */
export const indexTrailerSizeBytes = trailerPlaintextBytes + sealedOverheadBytes

const pagePart = 1
const fencePart = 2
const trailerPart = 3

/** What an index file says. */
export interface IndexContent {
  readonly packs: readonly IndexedPack[]
  /** 24 bytes each, ascending: the first 16 of a chunk id, u32 ordinal in `packs`, u32 location. */
  readonly entries: Uint8Array
  readonly superseded: readonly IndexId[]
}

/** Undefined where compressing does not make it smaller. */
export type CompressPage = (bytes: Uint8Array) => Uint8Array | undefined
/** Gives exactly `sizeBytes` bytes, or throws. */
export type DecompressPage = (bytes: Uint8Array, sizeBytes: number) => Uint8Array

/** The parts of the file in order; its name is the SHA-256 of them all. */
export function encodeIndexFile(seals: Seals, content: IndexContent, compress?: CompressPage): Buffer[] {
  const { packs, entries, superseded } = content
  assert.equal(entries.byteLength % indexEntrySizeBytes, 0)
  assert.equal(firstFault(entries, packs.length), undefined)
  const parts: Buffer[] = []
  const pages: IndexPage[] = []
  let offset = 0
  const pageBytes = indexPageEntriesMax * indexEntrySizeBytes
  for (let from = 0; from < entries.byteLength; from += pageBytes) {
    const page = entries.subarray(from, from + pageBytes)
    const sealed = sealPage(seals, pages.length, page, compress)
    parts.push(sealed)
    pages.push({
      firstPrefix: page.subarray(0, indexPrefixSizeBytes),
      offset,
      storedSizeBytes: sealed.byteLength,
      entryCount: page.byteLength / indexEntrySizeBytes,
    })
    offset += sealed.byteLength
  }
  const entryCount = entries.byteLength / indexEntrySizeBytes
  parts.push(...sealEnd(seals, { packs, pages, superseded, entryCount }))
  assert.ok(parts.reduce((sum, part) => sum + part.byteLength, 0) <= indexFileMaxBytes)
  return parts
}

function sealPage(seals: Seals, ordinal: number, entries: Uint8Array, compress?: CompressPage): Buffer {
  const compressed = compress?.(entries)
  const codec = Uint8Array.of(compressed === undefined ? Codec.stored : Codec.zstd)
  return seals.seal(ObjectType.index, pagePart, pageName(ordinal), [codec, compressed ?? entries])
}

function sealEnd(seals: Seals, fence: IndexFence): Buffer[] {
  const sealed = seals.seal(ObjectType.index, fencePart, '', encodeFence(fence))
  const trailer = Buffer.alloc(trailerPlaintextBytes)
  trailer.writeUInt32LE(sealed.byteLength)
  return [sealed, seals.seal(ObjectType.index, trailerPart, '', trailer)]
}

/** Opens a file's last 57 bytes; returns the length of the sealed fence before them. Errors: `corrupt`. */
export function openIndexTrailer(
  seals: Seals,
  sealed: Uint8Array,
  fileSizeBytes: number,
  objectName: string,
): number {
  if (fileSizeBytes > indexFileMaxBytes)
    throw new CorruptError(objectName, 'is longer than an index file can be')
  const trailer = seals.open(ObjectType.index, trailerPart, '', sealed, objectName)
  if (trailer.byteLength !== trailerPlaintextBytes || !trailer.subarray(4).every((byte) => byte === 0)) {
    throw new CorruptError(objectName, 'has a trailer with reserved values')
  }
  const fenceSizeBytes = trailer.readUInt32LE(0)
  if (fenceSizeBytes > fileSizeBytes - indexTrailerSizeBytes) {
    throw new CorruptError(objectName, 'has a trailer that does not fit its file')
  }
  return fenceSizeBytes
}

/** Errors: `corrupt`. */
function openIndexFence(
  seals: Seals,
  sealed: Uint8Array,
  fileSizeBytes: number,
  objectName: string,
): IndexFence {
  const plaintext = seals.open(ObjectType.index, fencePart, '', sealed, objectName)
  return decodeFence(plaintext, fileSizeBytes - sealed.byteLength - indexTrailerSizeBytes, objectName)
}

/** The entries of one page. Errors: `corrupt`. */
function openIndexPage(
  seals: Seals,
  sealed: Uint8Array,
  fence: IndexFence,
  ordinal: number,
  decompress: DecompressPage,
  objectName: string,
): Uint8Array {
  const page = fence.pages[ordinal]
  assert.ok(page !== undefined)
  const plaintext = seals.open(ObjectType.index, pagePart, pageName(ordinal), sealed, objectName)
  const entries = decompressPage(plaintext, page.entryCount * indexEntrySizeBytes, decompress, objectName)
  const fault = firstFault(entries, fence.packs.length)
  if (fault !== undefined) throw new CorruptError(objectName, `has a page ${fault}`)
  if (!bufferView(entries).subarray(0, indexPrefixSizeBytes).equals(page.firstPrefix)) {
    throw new CorruptError(objectName, 'has a page that does not begin as its fence says')
  }
  return entries
}

function decompressPage(
  plaintext: Buffer,
  sizeBytes: number,
  decompress: DecompressPage,
  objectName: string,
): Uint8Array {
  const payload = plaintext.subarray(1)
  if (plaintext[0] === Codec.stored) {
    if (payload.byteLength !== sizeBytes) throw new CorruptError(objectName, 'has a page of another length')
    return payload
  }
  if (plaintext[0] !== Codec.zstd) throw new CorruptError(objectName, 'has a page with an unknown codec')
  let entries: Uint8Array
  try {
    entries = decompress(payload, sizeBytes)
  } catch (cause) {
    throw new CorruptError(objectName, 'has a page that cannot be decompressed', { cause })
  }
  if (entries.byteLength !== sizeBytes) throw new CorruptError(objectName, 'has a page of another length')
  return entries
}

/** The whole file. Errors: `corrupt`. */
export function decodeIndexFile(
  seals: Seals,
  file: Uint8Array,
  decompress: DecompressPage,
  objectName: string,
): IndexContent {
  const fenceEnd = file.byteLength - indexTrailerSizeBytes
  if (fenceEnd < 0) throw new CorruptError(objectName, 'is too short')
  const fenceAt = fenceEnd - openIndexTrailer(seals, file.subarray(fenceEnd), file.byteLength, objectName)
  const fence = openIndexFence(seals, file.subarray(fenceAt, fenceEnd), file.byteLength, objectName)
  const entries = Buffer.allocUnsafe(fence.entryCount * indexEntrySizeBytes)
  let at = 0
  fence.pages.forEach((page, ordinal) => {
    const sealed = file.subarray(page.offset, page.offset + page.storedSizeBytes)
    const pageEntries = openIndexPage(seals, sealed, fence, ordinal, decompress, objectName)
    entries.set(pageEntries, at)
    if (at > 0 && compareEntries(entries, at - indexEntrySizeBytes, at) > 0) {
      throw new CorruptError(objectName, 'has pages that do not ascend')
    }
    at += pageEntries.byteLength
  })
  return { packs: fence.packs, entries, superseded: fence.superseded }
}

/** What is wrong with a run of entries, if anything: order, or an ordinal beyond the pack table or the blocks of a pack. */
function firstFault(entries: Uint8Array, packs: number): string | undefined {
  const bytes = bufferView(entries)
  for (let at = 0; at < bytes.byteLength; at += indexEntrySizeBytes) {
    if (at > 0 && compareEntries(bytes, at - indexEntrySizeBytes, at) > 0)
      return 'whose entries do not ascend'
    if (bytes.readUInt32LE(at + 16) >= packs) return 'that names a pack beyond its table'
    if (bytes.readUInt32LE(at + 20) >>> 20 >= packBlocksMax) return 'that names a block beyond the last'
  }
  return undefined
}

function compareEntries(bytes: Uint8Array, a: number, b: number): number {
  for (let index = 0; index < indexEntrySizeBytes; index++) {
    const difference = bytes[a + index]! - bytes[b + index]!
    if (difference !== 0) return difference
  }
  return 0
}

/** A page is bound to its place: its ordinal as u32. */
function pageName(ordinal: number): Buffer {
  const name = Buffer.alloc(4)
  name.writeUInt32LE(ordinal)
  return name
}
