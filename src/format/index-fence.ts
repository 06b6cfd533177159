import { CorruptError } from '../errors.js'
import { bufferView } from './buffer-view.js'
import { ChunkKind, type IndexId, type PackId } from './ids.js'
import {
  idSizeBytes,
  indexEntrySizeBytes,
  indexFileMaxBytes,
  indexPageEntriesMax,
  packMaxBytes,
} from './limits.js'
import { idBytes, idFromBytes } from './names.js'
import { readSafeU64, writeSafeU64 } from './pieces.js'
import { sealedOverheadBytes } from './seal.js'

const version = 1
const headerBytes = 24
const packRecordBytes = idSizeBytes + 4 + 1
const pageRecordBytes = 24
export const indexPrefixSizeBytes = 16

/** A pack that an index file speaks of; entries name it by its place in the table. */
export interface IndexedPack {
  readonly id: PackId
  readonly sizeBytes: number
  readonly kind: ChunkKind
}

export interface IndexPage {
  /** The first 16 bytes of its first entry. */
  readonly firstPrefix: Uint8Array
  /** Where the sealed page begins in the file. */
  readonly offset: number
  readonly storedSizeBytes: number
  readonly entryCount: number
}

/** The end of an index file: what is in its pages, and where (docs/FORMAT.md §6). */
export interface IndexFence {
  readonly packs: readonly IndexedPack[]
  readonly pages: readonly IndexPage[]
  /** Index files whose content was merged into this one. */
  readonly superseded: readonly IndexId[]
  readonly entryCount: number
}

export function encodeFence({ packs, pages, superseded, entryCount }: IndexFence): Buffer {
  const bytes = Buffer.alloc(sizeOf(packs.length, pages.length, superseded.length))
  bytes[0] = version
  bytes.writeUInt32LE(packs.length, 4)
  bytes.writeUInt32LE(pages.length, 8)
  bytes.writeUInt32LE(superseded.length, 12)
  writeSafeU64(bytes, entryCount, 16)
  let at = headerBytes
  for (const pack of packs) {
    bytes.set(idBytes(pack.id), at)
    bytes.writeUInt32LE(pack.sizeBytes, at + 32)
    bytes[at + 36] = pack.kind
    at += packRecordBytes
  }
  for (const page of pages) {
    bytes.set(page.firstPrefix, at)
    bytes.writeUInt32LE(page.storedSizeBytes, at + 16)
    bytes.writeUInt32LE(page.entryCount, at + 20)
    at += pageRecordBytes
  }
  for (const id of superseded) {
    bytes.set(idBytes(id), at)
    at += idSizeBytes
  }
  return bytes
}

/** `pagesSizeBytes` is what the pages take together, from the file's size. Errors: `corrupt`. */
export function decodeFence(plaintext: Uint8Array, pagesSizeBytes: number, objectName: string): IndexFence {
  const bytes = bufferView(plaintext)
  const corrupt = (what: string): CorruptError => new CorruptError(objectName, `has a fence ${what}`)
  if (bytes.byteLength < headerBytes) throw corrupt('that is too short')
  if (bytes.readUInt32LE(0) !== version) throw corrupt('with reserved values')
  const packs = bytes.readUInt32LE(4)
  const pages = bytes.readUInt32LE(8)
  const superseded = bytes.readUInt32LE(12)
  if (bytes.byteLength !== sizeOf(packs, pages, superseded)) throw corrupt('of another length')
  const entryCount = readSafeU64(bytes, 16)
  const pagesAt = headerBytes + packRecordBytes * packs
  const supersededAt = pagesAt + pageRecordBytes * pages
  const fence = {
    packs: times(packs, (index) => readPack(bytes, headerBytes + packRecordBytes * index, objectName)),
    pages: readPages(bytes, pagesAt, pages, objectName),
    superseded: times(superseded, (index) => {
      const at = supersededAt + idSizeBytes * index
      return idFromBytes<IndexId>(bytes.subarray(at, at + idSizeBytes))
    }),
    entryCount,
  }
  if (fence.pages.reduce((sum, page) => sum + page.entryCount, 0) !== entryCount)
    throw corrupt('with another count')
  const last = fence.pages.at(-1)
  if ((last === undefined ? 0 : last.offset + last.storedSizeBytes) !== pagesSizeBytes) {
    throw corrupt('that does not fill its file')
  }
  return fence
}

const sizeOf = (packs: number, pages: number, superseded: number): number =>
  headerBytes + packRecordBytes * packs + pageRecordBytes * pages + idSizeBytes * superseded

function readPack(bytes: Buffer, at: number, objectName: string): IndexedPack {
  const sizeBytes = bytes.readUInt32LE(at + 32)
  const kind = bytes[at + 36]
  const known = kind === ChunkKind.data || kind === ChunkKind.list || kind === ChunkKind.tree
  if (!known || sizeBytes > packMaxBytes)
    throw new CorruptError(objectName, 'has a fence with an impossible pack')
  return { id: idFromBytes<PackId>(bytes.subarray(at, at + 32)), sizeBytes, kind }
}

function readPages(bytes: Buffer, from: number, count: number, objectName: string): IndexPage[] {
  let offset = 0
  return times(count, (index) => {
    const at = from + pageRecordBytes * index
    const page = {
      firstPrefix: bytes.subarray(at, at + indexPrefixSizeBytes),
      offset,
      storedSizeBytes: bytes.readUInt32LE(at + 16),
      entryCount: bytes.readUInt32LE(at + 20),
    }
    offset += page.storedSizeBytes
    const plaintextMaxBytes = 1 + indexPageEntriesMax * indexEntrySizeBytes
    const fits =
      page.entryCount > 0 &&
      page.entryCount <= indexPageEntriesMax &&
      page.storedSizeBytes > sealedOverheadBytes &&
      page.storedSizeBytes <= plaintextMaxBytes + sealedOverheadBytes &&
      offset <= indexFileMaxBytes
    if (!fits) throw new CorruptError(objectName, 'has a fence with an impossible page')
    return page
  })
}

const times = <T>(count: number, make: (index: number) => T): T[] => {
  const made: T[] = []
  for (let index = 0; index < count; index++) made.push(make(index))
  return made
}
