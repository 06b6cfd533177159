import { VarveError } from '../errors.js'

/** From this file offset on (bytes), chunks are 2^averageBits bytes long on average. */
export interface ChunkLevel {
  readonly fromOffset: number
  readonly averageBits: number
}

/** How files are cut into chunks: docs/FORMAT.md §4.2. Part of a repository's config. */
export interface ChunkingParameters {
  readonly levels: readonly ChunkLevel[]
}

const AVERAGE_BITS_MIN = 10
/** A chunk is at most four times the average, and at most 4 MiB (docs/FORMAT.md §4.1). */
const AVERAGE_BITS_MAX = 20
export const LEVELS_MAX = 16

const MIB = 2 ** 20

/** 8 KiB at a file's start, 256 KiB from 128 MiB on: docs/decisions/0009-chunks-begin-at-8-kib.md. */
export const defaultChunking: ChunkingParameters = {
  levels: [
    { fromOffset: 0, averageBits: 13 },
    { fromOffset: 8 * MIB, averageBits: 14 },
    { fromOffset: 16 * MIB, averageBits: 15 },
    { fromOffset: 32 * MIB, averageBits: 16 },
    { fromOffset: 64 * MIB, averageBits: 17 },
    { fromOffset: 128 * MIB, averageBits: 18 },
  ],
}

/** Throws VarveError `invalid-argument` that names the first rule which the parameters break. */
export const checkChunkingParameters = ({ levels }: ChunkingParameters): void => {
  if (levels.length < 1 || levels.length > LEVELS_MAX) {
    throw invalid(`there must be 1 to ${LEVELS_MAX} levels, not ${levels.length}`)
  }
  if (levels[0]!.fromOffset !== 0)
    throw invalid(`the first level must start at 0, not ${levels[0]!.fromOffset}`)
  levels.forEach((level, index) => {
    checkLevel(level)
    const before = levels[index - 1]
    if (before !== undefined) checkOrder(before, level)
  })
}

const checkLevel = ({ fromOffset, averageBits }: ChunkLevel): void => {
  if (!Number.isSafeInteger(fromOffset) || fromOffset < 0) {
    throw invalid(`a level's offset must be a whole number of bytes, not ${fromOffset}`)
  }
  if (!Number.isInteger(averageBits) || averageBits < AVERAGE_BITS_MIN || averageBits > AVERAGE_BITS_MAX) {
    throw invalid(
      `a level's average must be a power of two from 2^${AVERAGE_BITS_MIN} to 2^${AVERAGE_BITS_MAX} bytes, not 2^${averageBits}`,
    )
  }
}

const checkOrder = (before: ChunkLevel, level: ChunkLevel): void => {
  if (level.fromOffset <= before.fromOffset) {
    throw invalid(`levels must ascend: ${level.fromOffset} follows ${before.fromOffset}`)
  }
  if (level.averageBits < before.averageBits) {
    throw invalid(`the average must not fall: 2^${level.averageBits} follows 2^${before.averageBits}`)
  }
}

const invalid = (what: string): VarveError =>
  new VarveError('invalid-argument', `chunking parameters: ${what}`)

/** The size in bytes of the largest chunk that these parameters allow. */
export const chunkSizeMax = ({ levels }: ChunkingParameters): number =>
  2 ** (levels[levels.length - 1]!.averageBits + 2)

/** A run of zero bytes of at least this length is an extent, no chunk. */
export const zeroRunBytesMin = (parameters: ChunkingParameters): number => chunkSizeMax(parameters)

/** A file of at most this many bytes is one chunk (an empty one is none), whatever it contains. */
export const singleChunkBytesMax = ({ levels }: ChunkingParameters): number =>
  2 ** (levels[0]!.averageBits - 1)
