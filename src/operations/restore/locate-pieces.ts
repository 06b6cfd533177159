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
    const place = placeOf(locator, pieces[index]!, isCopy?.[index])
    if (place instanceof Promise) return locateRest(locator, pieces, isCopy, places, place)
    places.push(place)
  }
  return places
}

type Places = readonly (ChunkPlace | undefined)[]

const placeOf = (locator: ChunkLocator, { id }: ContentPiece, isCopied = false) =>
  id === undefined || isCopied ? undefined : locator.locate(id)

const locateRest = async (
  locator: ChunkLocator,
  pieces: readonly ContentPiece[],
  isCopy: readonly boolean[] | undefined,
  before: Places,
  next: Promise<ChunkPlace | undefined>,
): Promise<Places> => {
  const found = [...before, await next]
  for (let index = found.length; index < pieces.length; index++)
    found.push(await placeOf(locator, pieces[index]!, isCopy?.[index]))
  return found
}
