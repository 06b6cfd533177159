import { createHash, type Hash } from 'node:crypto'
import { type Codec, openCodec } from '../compression/codec.js'
import { ChunkHasher } from '../crypto/chunk-id.js'
import { CorruptError, VarveError } from '../errors.js'
import { openDirectory, openPackTrailer, packTrailerSizeBytes } from '../format/directory.js'
import { hexOf } from '../format/ids.js'
import { idSizeBytes } from '../format/limits.js'
import type { PackDirectory } from '../format/pack-directory.js'
import { Seals } from '../format/seal.js'
import { openBlockContent } from '../pack/block-opener.js'
import { BlockScratch } from '../pack/block-scratch.js'
import type { BrokenBlock, CheckedPack, CheckSetup } from './check-jobs.js'
import type { PackBytes } from './pack-bytes.js'

/** Read at a time: small enough to be hashed and unsealed while it is in the processor's cache. */
const windowBytes = 1024 * 1024

/**
 * Reads packs from their first byte to their last, once: SHA-256 of the file, each block's seal, and the id of each
 * chunk. Memory: a window of the pack, which grows to the largest block, and the content of one block.
 */
export class PackChecker {
  readonly #seals: Seals
  readonly #codec: Codec
  readonly #hasher: ChunkHasher
  #window = new Uint8Array(windowBytes)
  readonly #scratch = new BlockScratch()

  constructor({ seals, idKey }: CheckSetup) {
    this.#seals = new Seals(seals)
    this.#codec = openCodec(0)
    this.#hasher = new ChunkHasher(idKey)
  }

  check(packId: string, source: PackBytes): CheckedPack {
    const name = `packs/${packId}`
    const hash = createHash('sha256')
    const found = directoryOf(this.#seals, source, name)
    const broken = found instanceof CorruptError ? [] : this.#checkBlocks(found, source, name, hash)
    const hashedBytes = found instanceof CorruptError ? 0 : found.blockOffsets[found.blockCount]!
    this.#hashRest(source, hashedBytes, hash)
    const isNamed = hash.digest('hex') === packId
    return {
      bytesRead: source.sizeBytes,
      chunks: found instanceof CorruptError ? 0 : found.chunkCount,
      packMessage: messageOf(found, isNamed, name),
      blocksKnown: !(found instanceof CorruptError),
      broken,
      missing: false,
      mayBeWhole: false,
    }
  }

  #checkBlocks(directory: PackDirectory, source: PackBytes, name: string, hash: Hash): BrokenBlock[] {
    const { blockOffsets, blockCount } = directory
    const end = blockOffsets[blockCount]!
    const broken: BrokenBlock[] = []
    let windowAt = 0
    let windowEnd = 0
    for (let block = 0; block < blockCount; block++) {
      const from = blockOffsets[block]!
      const to = blockOffsets[block + 1]!
      if (to > windowEnd) {
        const kept = windowEnd - from
        this.#makeRoom(to - from)
        this.#window.copyWithin(0, from - windowAt, windowEnd - windowAt)
        const nextEnd = Math.min(end, from + this.#window.length)
        const fresh = this.#window.subarray(kept, nextEnd - from)
        source.readInto(fresh, windowEnd)
        hash.update(fresh)
        windowAt = from
        windowEnd = nextEnd
      }
      const message = this.#faultOf(
        directory,
        block,
        this.#window.subarray(from - windowAt, to - windowAt),
        name,
      )
      if (message !== undefined) broken.push({ block, message })
    }
    return broken
  }

  /** What is wrong with a block, if anything. */
  #faultOf(directory: PackDirectory, block: number, stored: Uint8Array, name: string): string | undefined {
    const first = directory.firstChunks[block]!
    const sizes = directory.chunkSizesOf(block)
    try {
      const content = openBlockContent(
        this.#seals,
        this.#codec,
        directory,
        block,
        stored,
        name,
        this.#scratch,
      )
      // Everything from the buffer's start on, so that the hasher finds room before the first chunk too.
      const arena = new Uint8Array(content.buffer, 0, content.byteOffset + content.length)
      let at = content.byteOffset
      for (let index = 0; index < sizes.length; index++) {
        const end = at + sizes[index]!
        const id = this.#hasher.idOf(directory.kind, arena, at, end)
        if (id.compare(directory.ids, idSizeBytes * (first + index), idSizeBytes * (first + index + 1)) !== 0)
          return `has a chunk that is not ${hexOf(directory.idOf(first + index))}`
        at = end
      }
      return undefined
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      return error instanceof CorruptError ? error.message.slice(error.object.length + 2) : error.message
    }
  }

  #makeRoom(blockBytes: number): void {
    if (blockBytes <= this.#window.length) return
    const larger = new Uint8Array(blockBytes + windowBytes)
    larger.set(this.#window)
    this.#window = larger
  }

  #hashRest(source: PackBytes, from: number, hash: Hash): void {
    for (let at = from; at < source.sizeBytes; at += this.#window.length) {
      const part = this.#window.subarray(0, Math.min(this.#window.length, source.sizeBytes - at))
      source.readInto(part, at)
      hash.update(part)
    }
  }
}

const messageOf = (
  found: PackDirectory | CorruptError,
  isNamed: boolean,
  name: string,
): string | undefined => {
  if (found instanceof CorruptError) return found.message.slice(name.length + 2)
  return isNamed ? undefined : 'has other bytes than its name says'
}

const directoryOf = (seals: Seals, source: PackBytes, name: string): PackDirectory | CorruptError => {
  try {
    return readDirectoryOf(seals, source, name)
  } catch (error) {
    if (error instanceof CorruptError) return error
    throw error
  }
}

const readDirectoryOf = (seals: Seals, source: PackBytes, name: string): PackDirectory => {
  const { sizeBytes } = source
  if (sizeBytes < packTrailerSizeBytes) throw new CorruptError(name, 'is too short for a pack')
  const trailerAt = sizeBytes - packTrailerSizeBytes
  const trailer = openPackTrailer(seals, bytesAt(source, trailerAt, packTrailerSizeBytes), sizeBytes, name)
  const sealed = bytesAt(source, trailerAt - trailer.directorySizeBytes, trailer.directorySizeBytes)
  return openDirectory(seals, sealed, trailer, sizeBytes, name)
}

const bytesAt = (source: PackBytes, offset: number, sizeBytes: number): Uint8Array => {
  const bytes = new Uint8Array(sizeBytes)
  source.readInto(bytes, offset)
  return bytes
}
