import { indexEntrySizeBytes } from './limits.js'
import type { ChunkLocation } from './pack-directory.js'

const ordinalBits = 20
const ordinalMask = 2 ** ordinalBits - 1

/** Block ordinal in the upper 12 bits, chunk ordinal in the lower 20 (docs/FORMAT.md §6). */
export const packLocation = ({ block, ordinal }: ChunkLocation): number =>
  ((block << ordinalBits) | ordinal) >>> 0

export const unpackLocation = (location: number): ChunkLocation => ({
  block: location >>> ordinalBits,
  ordinal: location & ordinalMask,
})

/** Writes one entry at `at`; of the id its first 16 bytes are taken, which stand at `idAt`. Returns where the next begins. */
export function writeIndexEntry(
  target: Buffer,
  at: number,
  id: Uint8Array,
  idAt: number,
  packOrdinal: number,
  location: number,
): number {
  for (let index = 0; index < 16; index++) target[at + index] = id[idAt + index]!
  target.writeUInt32LE(packOrdinal, at + 16)
  target.writeUInt32LE(location, at + 20)
  return at + indexEntrySizeBytes
}
