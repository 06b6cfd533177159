import assert from 'node:assert/strict'
import { CorruptError } from '../errors.js'
import { blockOverheadBytes } from './block.js'
import { bufferView } from './buffer-view.js'
import { ChunkKind, ObjectType } from './ids.js'
import {
  blockChunksMax,
  blockContentMaxBytes,
  blockStoredMaxBytes,
  chunkMaxBytes,
  idSizeBytes,
  packBlocksMax,
  packMaxBytes,
} from './limits.js'
import { blockTagSizeBytes, type DirectoryParts, PackDirectory } from './pack-directory.js'
import { type Seals, sealedOverheadBytes } from './seal.js'

const trailerPlaintextBytes = 16
/** A pack ends with this many bytes of sealed trailer (docs/FORMAT.md §5.2). */
export const packTrailerSizeBytes = trailerPlaintextBytes + sealedOverheadBytes

const directoryPart = 1
const trailerPart = 2
const version = 1
const headerBytes = 28
const blockRecordBytes = 24
const signatureBytes = 2

export interface PackTrailer {
  readonly kind: ChunkKind
  /** Length of the sealed directory, which ends where the trailer begins. */
  readonly directorySizeBytes: number
}

/** The directory and the trailer, sealed: what is written after the last block. */
export function sealDirectory(seals: Seals, parts: DirectoryParts): Buffer {
  const sealed = seals.seal(ObjectType.directory, directoryPart, '', encodeDirectory(parts))
  const trailer = Buffer.alloc(trailerPlaintextBytes)
  trailer.writeUInt32LE(sealed.byteLength)
  trailer[4] = parts.kind
  return Buffer.concat([sealed, seals.seal(ObjectType.directory, trailerPart, '', trailer)])
}

/** What `sealDirectory` will write for so many blocks and chunks. */
export const sealedDirectorySizeBytes = (blocks: number, chunks: number): number =>
  plaintextSizeBytes(blocks, chunks) + sealedOverheadBytes + packTrailerSizeBytes

const plaintextSizeBytes = (blocks: number, chunks: number): number =>
  headerBytes + blockRecordBytes * blocks + (3 + idSizeBytes) * chunks + signatureBytes

/** Opens a pack's last 57 bytes. Errors: `corrupt`. */
export function openPackTrailer(
  seals: Seals,
  sealed: Uint8Array,
  packSizeBytes: number,
  objectName: string,
): PackTrailer {
  const corrupt = (what: string): CorruptError => new CorruptError(objectName, `has a trailer ${what}`)
  if (packSizeBytes > packMaxBytes) throw new CorruptError(objectName, 'is longer than a pack can be')
  const trailer = seals.open(ObjectType.directory, trailerPart, '', sealed, objectName)
  if (trailer.byteLength !== trailerPlaintextBytes) throw corrupt('of another length')
  if (!trailer.subarray(5).every((byte) => byte === 0)) throw corrupt('with reserved values')
  const directorySizeBytes = trailer.readUInt32LE(0)
  if (directorySizeBytes > packSizeBytes - packTrailerSizeBytes) throw corrupt('that does not fit its pack')
  return { kind: kindOf(trailer[4]!, objectName), directorySizeBytes }
}

/**
 * Opens the directory that `trailer` announced, and proves that blocks, directory and trailer fill the pack (I-7).
 * Errors: `corrupt`.
 */
export function openDirectory(
  seals: Seals,
  sealed: Uint8Array,
  trailer: PackTrailer,
  packSizeBytes: number,
  objectName: string,
): PackDirectory {
  const plaintext = seals.open(ObjectType.directory, directoryPart, '', sealed, objectName)
  const directory = decodeDirectory(
    plaintext,
    packSizeBytes - sealed.byteLength - packTrailerSizeBytes,
    objectName,
  )
  if (directory.kind !== trailer.kind) throw new CorruptError(objectName, 'has a directory of another kind')
  return directory
}

export function encodeDirectory(parts: DirectoryParts): Buffer {
  const blocks = parts.blockSizes.length
  const chunks = parts.chunkSizes.length
  assert.ok(blocks > 0 && blocks <= packBlocksMax)
  assert.equal(parts.writerSlot.byteLength, 16)
  assert.equal(parts.blockTags.byteLength, blockTagSizeBytes * blocks)
  assert.equal(parts.ids.byteLength, idSizeBytes * chunks)
  assert.equal(
    parts.blockChunkCounts.reduce((sum, count) => sum + count, 0),
    chunks,
  )
  const bytes = Buffer.alloc(plaintextSizeBytes(blocks, chunks))
  bytes[0] = version
  bytes[1] = parts.kind
  bytes.set(parts.writerSlot, 4)
  bytes.writeUInt32LE(blocks, 20)
  bytes.writeUInt32LE(chunks, 24)
  let at = headerBytes
  for (let block = 0; block < blocks; block++, at += blockRecordBytes) {
    bytes.writeUInt32LE(parts.blockSizes[block]!, at)
    bytes.set(parts.blockTags.subarray(blockTagSizeBytes * block, blockTagSizeBytes * (block + 1)), at + 4)
    bytes.writeUInt32LE(parts.blockChunkCounts[block]!, at + 20)
  }
  for (let chunk = 0; chunk < chunks; chunk++, at += 3) bytes.writeUIntLE(parts.chunkSizes[chunk]!, at, 3)
  bytes.set(parts.ids, at)
  return bytes
}

/** `blocksSizeBytes` is what the blocks take together, from the pack's size. Errors: `corrupt`. */
export function decodeDirectory(
  plaintext: Uint8Array,
  blocksSizeBytes: number,
  objectName: string,
): PackDirectory {
  const bytes = bufferView(plaintext)
  const corrupt = (what: string): CorruptError => new CorruptError(objectName, `has a directory ${what}`)
  if (bytes.byteLength < headerBytes) throw corrupt('that is too short')
  if (bytes[0] !== version || bytes[2] !== 0 || bytes[3] !== 0) throw corrupt('with reserved values')
  const blocks = bytes.readUInt32LE(20)
  const chunks = bytes.readUInt32LE(24)
  if (blocks === 0 || blocks > packBlocksMax) throw corrupt('with an impossible number of blocks')
  if (bytes.byteLength !== plaintextSizeBytes(blocks, chunks)) throw corrupt('of another length')
  if (bytes.readUInt16LE(bytes.byteLength - signatureBytes) !== 0) throw corrupt('with a signature')
  const idsAt = headerBytes + blockRecordBytes * blocks + 3 * chunks
  const directory = new PackDirectory({
    kind: kindOf(bytes[1]!, objectName),
    writerSlot: bytes.subarray(4, 20),
    ...readBlocks(bytes, blocks),
    chunkSizes: readChunkSizes(bytes, headerBytes + blockRecordBytes * blocks, chunks),
    ids: bytes.subarray(idsAt, idsAt + idSizeBytes * chunks),
  })
  const fault = faultOf(directory, blocksSizeBytes)
  if (fault !== undefined) throw corrupt(fault)
  return directory
}

function readBlocks(bytes: Buffer, blocks: number) {
  const blockSizes = new Uint32Array(blocks)
  const blockTags = new Uint8Array(blockTagSizeBytes * blocks)
  const blockChunkCounts = new Uint32Array(blocks)
  for (let block = 0; block < blocks; block++) {
    const at = headerBytes + blockRecordBytes * block
    blockSizes[block] = bytes.readUInt32LE(at)
    blockTags.set(bytes.subarray(at + 4, at + 20), blockTagSizeBytes * block)
    blockChunkCounts[block] = bytes.readUInt32LE(at + 20)
  }
  return { blockSizes, blockTags, blockChunkCounts }
}

function readChunkSizes(bytes: Buffer, from: number, chunks: number): Uint32Array {
  const sizes = new Uint32Array(chunks)
  for (let chunk = 0, at = from; chunk < chunks; chunk++, at += 3) {
    sizes[chunk] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
  }
  return sizes
}

/** What is wrong with the sums and bounds of §5.2, if anything. Sums are of numbers, since a Uint32Array's would wrap. */
function faultOf(directory: PackDirectory, blocksSizeBytes: number): string | undefined {
  let storedBytes = 0
  let chunk = 0
  for (let block = 0; block < directory.blockCount; block++) {
    const sizeBytes = directory.blockSizes[block]!
    const count = directory.blockChunkCounts[block]!
    if (sizeBytes <= blockOverheadBytes || sizeBytes > blockStoredMaxBytes)
      return 'with a block of impossible length'
    if (count === 0 || count > blockChunksMax || chunk + count > directory.chunkCount)
      return 'with impossible counts'
    storedBytes += sizeBytes
    let contentBytes = 0
    for (const end = chunk + count; chunk < end; chunk++) {
      const length = directory.chunkSizes[chunk]!
      if (length === 0 || length > chunkMaxBytes) return 'with a chunk of impossible length'
      contentBytes += length
    }
    if (contentBytes > blockContentMaxBytes) return 'with a block of too many bytes'
  }
  if (chunk !== directory.chunkCount) return 'whose counts do not add up'
  if (storedBytes !== blocksSizeBytes) return 'that does not fill its pack'
  return undefined
}

function kindOf(value: number, objectName: string): ChunkKind {
  if (value !== ChunkKind.data && value !== ChunkKind.list && value !== ChunkKind.tree) {
    throw new CorruptError(objectName, `is of the unknown kind ${value}`)
  }
  return value
}
