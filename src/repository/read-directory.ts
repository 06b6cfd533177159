import type { Backend } from '../backend/backend.js'
import { CorruptError } from '../errors.js'
import { openDirectory, openPackTrailer, packTrailerSizeBytes } from '../format/directory.js'
import type { PackId } from '../format/ids.js'
import type { PackDirectory } from '../format/pack-directory.js'
import type { Seals } from '../format/seal.js'

/** One read gets the directory of most packs: 35 bytes a chunk. */
const tailBytes = 64 * 1024

export interface FoundDirectory {
  readonly directory: PackDirectory
  /** Of the whole pack. */
  readonly sizeBytes: number
}

/** Reads and proves a pack's own directory (docs/FORMAT.md §5.2). Errors: `missing`, `corrupt`, `backend`. */
export const readDirectory = async (
  backend: Backend,
  seals: Seals,
  packId: PackId,
): Promise<FoundDirectory> => {
  const name = `packs/${packId}`
  const { bytes: tail, sizeBytes } = await backend.readTail(name, tailBytes)
  if (tail.length < packTrailerSizeBytes) throw new CorruptError(name, 'is too short for a pack')
  const trailerAt = tail.length - packTrailerSizeBytes
  const trailer = openPackTrailer(seals, tail.subarray(trailerAt), sizeBytes, name)
  const { directorySizeBytes } = trailer
  const sealed =
    directorySizeBytes <= trailerAt
      ? tail.subarray(trailerAt - directorySizeBytes, trailerAt)
      : await backend.readRange(
          name,
          sizeBytes - packTrailerSizeBytes - directorySizeBytes,
          directorySizeBytes,
        )
  return { directory: openDirectory(seals, sealed, trailer, sizeBytes, name), sizeBytes }
}
