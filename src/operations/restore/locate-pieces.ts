import type { ChunkPlace } from '../../repository/chunk-reader.js'
import type { ChunkLocator } from './chunk-locator.js'
import type { ContentPiece } from './file-work.js'

/**
 * Where the pieces' chunks are; undefined for zeros, for what is copied, and for what was not found. A promise only where a
 * directory must be read.
 */
export const locatePieces = (
  locator: ChunkLocator,
  pieces: readonly ContentPiece[],
  isCopy?: readonly boolean[],
): Places | Promise<Places> => {
  const places: (ChunkPlace | undefined)[] = []
  for (let index = 0; index < pieces.length; index++) {
    const { id } = pieces[index]!
    const isWanted = id !== undefined && isCopy?.[index] !== true
    const place = isWanted ? locator.locate(id) : undefined
    if (place instanceof Promise) return locateRest(locator, pieces, isCopy, places, place)
    places.push(place)
  }
  return places
}

type Places = readonly (ChunkPlace | undefined)[]

const locateRest = async (
  locator: ChunkLocator,
  pieces: readonly ContentPiece[],
  isCopy: readonly boolean[] | undefined,
  before: Places,
  next: Promise<ChunkPlace | undefined>,
): Promise<Places> => {
  const found = [...before, await next]
  const from = found.length
  return [...found, ...(await locatePieces(locator, pieces.slice(from), isCopy?.slice(from)))]
}
