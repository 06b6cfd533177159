import type { ChunkPlace } from '../../repository/chunk-reader.js'
import type { ChunkLocator } from './chunk-locator.js'
import type { ContentPiece } from './file-work.js'

/** Where the pieces' chunks are; undefined for zeros, for what is copied, and for what was not found. */
export const locatePieces = async (
  locator: ChunkLocator,
  pieces: readonly ContentPiece[],
  isCopy?: readonly boolean[],
): Promise<(ChunkPlace | undefined)[]> => {
  const places: (ChunkPlace | undefined)[] = []
  for (const [index, { id }] of pieces.entries()) {
    if (id === undefined || isCopy?.[index] === true) places.push(undefined)
    else {
      const place = locator.locate(id)
      places.push(place instanceof Promise ? await place : place)
    }
  }
  return places
}
