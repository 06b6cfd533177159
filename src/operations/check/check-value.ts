import { ChunkKind } from '../../format/ids.js'

/**
 * 16 bits of what the index does not hold: of the id's second half, and of the length where references tell it (file
 * data). An index entry proves 128 bits of an id; these make it all but certain that the rest, and the length, were
 * written as they are meant. Nodes are proved in full when they are read.
 */
export const checkValueOf = (id: Uint8Array, at: number, kind: ChunkKind, lengthBytes: number): number => {
  const tail = id[at + 16]! | (id[at + 17]! << 8)
  return kind === ChunkKind.data ? tail ^ (Math.imul(lengthBytes, 0x9e3779b1) >>> 16) : tail
}
