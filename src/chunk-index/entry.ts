/**
 * An entry of the local index, 24 bytes:
 *
 *   0  16  the first 16 bytes of the chunk id (128 bits of a keyed hash: as good as the whole id for finding)
 *  16   4  pack ordinal, u32 LE: the position in the manifest's list of packs
 *  20   4  location, u32 LE: block ordinal in the pack (upper 12 bits), chunk ordinal in the block (lower 20)
 */
export const ENTRY_BYTES = 24
const PREFIX_BYTES = 16
const CHUNK_ORDINAL_MAX = 0xfffff

export const locationOf = (blockOrdinal: number, chunkOrdinal: number): number =>
  ((blockOrdinal << 20) | chunkOrdinal) >>> 0

export const blockOrdinalOf = (location: number): number => location >>> 20

export const chunkOrdinalOf = (location: number): number => location & CHUNK_ORDINAL_MAX

/** Four bytes as the big-endian number that sorts as the bytes do. */
export const wordAt = (bytes: Uint8Array, offset: number): number =>
  ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>> 0

/** The first 53 bits of an id: the most that a double holds exactly, in the order of the bytes. */
export const keyAt = (bytes: Uint8Array, offset: number): number =>
  wordAt(bytes, offset) * 0x200000 + (wordAt(bytes, offset + 4) >>> 11)

export const KEY_RANGE = 2 ** 53

/** Orders two entries by all their 24 bytes, so that equal entries of different runs meet in a merge. */
export const compareEntries = (a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number): number => {
  for (let at = 0; at < ENTRY_BYTES; at++) {
    const difference = a[aOffset + at]! - b[bOffset + at]!
    if (difference !== 0) return difference
  }
  return 0
}

export const packOrdinalAt = (bytes: Uint8Array, offset: number): number => littleEndianAt(bytes, offset + 16)

export const setPackOrdinalAt = (bytes: Uint8Array, offset: number, packOrdinal: number): void =>
  setLittleEndianAt(bytes, offset + 16, packOrdinal)

/** Writes one entry at `offset`. `id` may be longer than the prefix. */
export const writeEntry = (
  target: Uint8Array,
  offset: number,
  id: Uint8Array,
  packOrdinal: number,
  location: number,
): void => {
  for (let at = 0; at < PREFIX_BYTES; at++) target[offset + at] = id[at]!
  setLittleEndianAt(target, offset + 16, packOrdinal)
  setLittleEndianAt(target, offset + 20, location)
}

const littleEndianAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0

const setLittleEndianAt = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
  bytes[at + 2] = value >>> 16
  bytes[at + 3] = value >>> 24
}
