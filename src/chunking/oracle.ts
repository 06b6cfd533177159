import type { ChunkingParameters, ChunkLevel } from './parameters.js'

/** A part of a file. Offset and length in bytes. */
export interface Piece {
  readonly kind: 'chunk' | 'zero-extent'
  readonly offset: number
  readonly length: number
}

/**
 * The pieces of a whole file's content, written from docs/FORMAT.md §4.2 to §4.5, rule by rule and for nothing but clarity.
 * The tests hold the fast splitter against it. `gear`: 2048 bytes, see deriveGear.
 */
export const splitByTheRules = (
  content: Uint8Array,
  gear: Uint8Array,
  parameters: ChunkingParameters,
): Piece[] => {
  const table = gearTable(gear)
  const levels = parameters.levels
  const pieces: Piece[] = []
  let segmentStart = 0
  for (const extent of zeroExtents(content, 4 * averageOf(levels[levels.length - 1]!))) {
    pieces.push(...chunksOfSegment(content, segmentStart, extent.offset, table, levels), extent)
    segmentStart = extent.offset + extent.length
  }
  pieces.push(...chunksOfSegment(content, segmentStart, content.length, table, levels))
  return pieces
}

const averageOf = ({ averageBits }: ChunkLevel): number => 2 ** averageBits

const gearTable = (gear: Uint8Array): bigint[] => {
  const view = new DataView(gear.buffer, gear.byteOffset, gear.byteLength)
  return Array.from({ length: 256 }, (_, byte) => view.getBigUint64(byte * 8, true))
}

const zeroExtents = (content: Uint8Array, lengthMin: number): Piece[] => {
  const extents: Piece[] = []
  let runStart = 0
  for (let p = 0; p <= content.length; p++) {
    if (p < content.length && content[p] === 0) continue
    const length = p - runStart
    if (length >= lengthMin) extents.push({ kind: 'zero-extent', offset: runStart, length })
    runStart = p + 1
  }
  return extents
}

const chunksOfSegment = (
  content: Uint8Array,
  from: number,
  to: number,
  table: readonly bigint[],
  levels: readonly ChunkLevel[],
): Piece[] => {
  const chunks: Piece[] = []
  let start = from
  while (start < to) {
    const end = chunkEnd(content, start, to, table, levels)
    chunks.push({ kind: 'chunk', offset: start, length: end - start })
    start = end
  }
  return chunks
}

const chunkEnd = (
  content: Uint8Array,
  start: number,
  segmentEnd: number,
  table: readonly bigint[],
  levels: readonly ChunkLevel[],
): number => {
  const average = averageOf(levelOf(start, levels))
  const endMax = Math.min(start + 4 * average, segmentEnd)
  let hash = 0n
  for (let p = start + average / 2 - 64; p < endMax; p++) {
    // Once 64 bytes were added, `hash` is that of the last 64 alone.
    if (p >= start + average / 2) {
      const { averageBits } = levelOf(p, levels)
      const zeroBits = p < start + average ? averageBits + 2 : averageBits - 2
      if (hash >> BigInt(64 - zeroBits) === 0n) return p
    }
    hash = BigInt.asUintN(64, (hash << 1n) + table[content[p]!]!)
  }
  return endMax
}

const levelOf = (offset: number, levels: readonly ChunkLevel[]): ChunkLevel =>
  levels.findLast((level) => level.fromOffset <= offset)!
