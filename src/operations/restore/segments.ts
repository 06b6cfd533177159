import type { HoleRanges } from '../../format/hole-map.js'
import type { ChunkId } from '../../format/ids.js'
import type { ChunkPlace } from '../../repository/chunk-reader.js'
import type { ContentPiece } from './file-work.js'

/** A range of a file to write. */
export interface Segment {
  /** Undefined for zeros. */
  readonly id: ChunkId | undefined
  /** Undefined for zeros, for what is copied from the file that is there, and for a chunk that was not found. */
  readonly place: ChunkPlace | undefined
  readonly isCopy: boolean
  /** First byte in the chunk. */
  readonly from: number
  readonly length: number
  /** In the file. */
  readonly offset: number
}

export interface Layout {
  readonly holes: HoleRanges
  /** Every extent of zeros is a hole. */
  readonly sparse: boolean
}

/** What must be written of a piece: all of it but the holes. A copy is proved as a whole, so it is written as a whole. */
export const segmentsOf = (
  { offset, length, id }: ContentPiece,
  place: ChunkPlace | undefined,
  isCopy: boolean,
  { holes, sparse }: Layout,
): Segment[] => {
  if (id === undefined && sparse) return []
  if (isCopy || holes.length === 0) return [{ id, place, isCopy, from: 0, length, offset }]
  return rangesOutside(holes, offset, offset + length).map(([start, end]) => ({
    id,
    place,
    isCopy,
    from: start - offset,
    length: end - start,
    offset: start,
  }))
}

/** Of all pieces, with what is known of each. */
export const segmentsOfAll = (
  pieces: readonly ContentPiece[],
  places: readonly Segment['place'][],
  isCopy: readonly boolean[] | undefined,
  layout: Layout,
): Segment[] => {
  const segments: Segment[] = []
  for (let index = 0; index < pieces.length; index++)
    for (const segment of segmentsOf(pieces[index]!, places[index], isCopy?.[index] ?? false, layout))
      segments.push(segment)
  return segments
}

const rangesOutside = (holes: HoleRanges, start: number, end: number): [number, number][] => {
  const ranges: [number, number][] = []
  let at = start
  for (let hole = firstHoleAfter(holes, start); hole < holes.length && holes[hole]! < end; hole += 2) {
    if (holes[hole]! > at) ranges.push([at, holes[hole]!])
    at = holes[hole]! + holes[hole + 1]!
  }
  if (at < end) ranges.push([at, end])
  return ranges
}

/** Index of the first hole that ends after `offset`. */
const firstHoleAfter = (holes: HoleRanges, offset: number): number => {
  let low = 0
  let high = holes.length / 2
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holes[2 * middle]! + holes[2 * middle + 1]! > offset) high = middle
    else low = middle + 1
  }
  return 2 * low
}
