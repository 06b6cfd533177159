import type { FileContent } from '../../format/entry.js'
import { holeMapChunkSizeBytes } from '../../format/limits.js'
import { readHoles } from '../../tree/hole-store.js'
import type { NodeSource } from '../../tree/node-store.js'
import type { Layout } from './segments.js'

/** Of a hole map that is used: a million holes or more. Decoded, 64 MiB of it would take gigabytes. */
const mapBytesMax = 4 * 1024 * 1024

/**
 * Where a file gets holes. One with more of them than can be kept in mind gets a hole for each extent of zeros instead: which
 * zeros are allocated is all that differs. Errors: those of `readHoles`.
 */
export const layoutOf = async (
  { holes, sizeBytes }: FileContent,
  sparse: boolean,
  source: NodeSource,
  path: string,
): Promise<Layout> => {
  if (holes === null) return { holes: [], sparse }
  const isTooLong = !(holes instanceof Uint8Array) && holes.length * holeMapChunkSizeBytes > mapBytesMax
  if (isTooLong) return { holes: [], sparse: true }
  return { holes: await readHoles(holes, sizeBytes, source, path), sparse }
}
