import type { ChunkId, ChunkKind } from './ids.js'
import { idSizeBytes } from './limits.js'

export const blockTagSizeBytes = 16

/** Where a chunk is in its pack: the ordinal of its block, and its own in that block (docs/FORMAT.md §5.2). */
export interface ChunkLocation {
  readonly block: number
  readonly ordinal: number
}

/** The parts of a directory as they are written; `PackDirectory` is made of them. */
export interface DirectoryParts {
  readonly kind: ChunkKind
  /** 16 bytes: the slot that the writer opened the repository with. */
  readonly writerSlot: Uint8Array
  /** Stored length of each block. */
  readonly blockSizes: Uint32Array
  /** 16 bytes for each block. */
  readonly blockTags: Uint8Array
  /** Number of chunks of each block. */
  readonly blockChunkCounts: Uint32Array
  /** Length of each chunk, block by block. */
  readonly chunkSizes: Uint32Array
  /** 32 bytes for each chunk. */
  readonly ids: Uint8Array
}

/**
 * What a pack holds. Memory: 36 bytes for each chunk, and 4 to 8 more once `find` was called.
 * Chunks are numbered through the pack; `location` says which block that is.
 */
export class PackDirectory implements DirectoryParts {
  readonly kind: ChunkKind
  readonly writerSlot: Uint8Array
  readonly blockSizes: Uint32Array
  readonly blockTags: Uint8Array
  readonly blockChunkCounts: Uint32Array
  readonly chunkSizes: Uint32Array
  readonly ids: Uint8Array
  /** Offset of each block in the pack, and at the end the offset of the directory. */
  readonly blockOffsets: Uint32Array
  /** The first chunk of each block, and at the end the number of chunks. */
  readonly firstChunks: Uint32Array
  /** Chunk number + 1 by hash; 0 is free. */
  #table: Int32Array | undefined

  constructor(parts: DirectoryParts) {
    this.kind = parts.kind
    this.writerSlot = parts.writerSlot
    this.blockSizes = parts.blockSizes
    this.blockTags = parts.blockTags
    this.blockChunkCounts = parts.blockChunkCounts
    this.chunkSizes = parts.chunkSizes
    this.ids = parts.ids
    this.blockOffsets = runningSums(parts.blockSizes)
    this.firstChunks = runningSums(parts.blockChunkCounts)
  }

  get blockCount(): number {
    return this.blockSizes.length
  }

  get chunkCount(): number {
    return this.chunkSizes.length
  }

  /** A view. */
  idOf(chunk: number): ChunkId {
    return this.ids.subarray(idSizeBytes * chunk, idSizeBytes * (chunk + 1)) as ChunkId
  }

  /** A view. */
  tagOf(block: number): Uint8Array {
    return this.blockTags.subarray(blockTagSizeBytes * block, blockTagSizeBytes * (block + 1))
  }

  /** Lengths of the chunks of one block, a view. */
  chunkSizesOf(block: number): Uint32Array {
    return this.chunkSizes.subarray(this.firstChunks[block], this.firstChunks[block + 1])
  }

  chunkAt({ block, ordinal }: ChunkLocation): number {
    return this.firstChunks[block]! + ordinal
  }

  locationOf(chunk: number): ChunkLocation {
    let low = 0
    let high = this.blockCount - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.firstChunks[middle]! <= chunk) low = middle
      else high = middle - 1
    }
    return { block: low, ordinal: chunk - this.firstChunks[low]! }
  }

  /** The chunk's number, or -1. Of several with one id, the first. */
  find(id: Uint8Array): number {
    this.#table ??= this.#buildTable()
    const table = this.#table
    for (
      let slot = hashAt(id, 0) & (table.length - 1);
      table[slot] !== 0;
      slot = (slot + 1) & (table.length - 1)
    ) {
      const chunk = table[slot]! - 1
      if (this.hasId(chunk, id)) return chunk
    }
    return -1
  }

  /** Open addressing, at most half full; ids are evenly distributed already. */
  #buildTable(): Int32Array {
    const table = new Int32Array(2 ** Math.ceil(Math.log2(2 * this.chunkCount + 1)))
    for (let chunk = 0; chunk < this.chunkCount; chunk++) {
      let slot = hashAt(this.ids, idSizeBytes * chunk) & (table.length - 1)
      while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1)
      table[slot] = chunk + 1
    }
    return table
  }

  /** Whether this is the chunk's id. */
  hasId(chunk: number, id: Uint8Array): boolean {
    const at = idSizeBytes * chunk
    for (let index = 0; index < idSizeBytes; index++) if (this.ids[at + index] !== id[index]) return false
    return true
  }
}

/** From the id's far end: its start decides in which order chunks stand in index files. */
const hashAt = (ids: Uint8Array, at: number): number =>
  ids[at + 28]! | (ids[at + 29]! << 8) | (ids[at + 30]! << 16) | ((ids[at + 31]! & 0x3f) << 24)

function runningSums(values: Uint32Array): Uint32Array {
  const sums = new Uint32Array(values.length + 1)
  for (let index = 0; index < values.length; index++) sums[index + 1] = sums[index]! + values[index]!
  return sums
}
