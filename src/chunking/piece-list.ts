export const CHUNK = 0
const ZERO_EXTENT = 1

/**
 * The pieces of a stretch of a file, in order and contiguous, as numbers rather than an object for each.
 * Entries from `count` on are left over from earlier use.
 */
export class PieceList {
  /** CHUNK or ZERO_EXTENT. */
  kinds: Uint8Array
  /** In bytes. A chunk's fits 32 bits, an extent's need not. */
  lengths: Float64Array
  count = 0

  constructor(capacity = 1024) {
    this.kinds = new Uint8Array(capacity)
    this.lengths = new Float64Array(capacity)
  }

  clear(): void {
    this.count = 0
  }

  addChunk(lengthBytes: number): void {
    this.#add(CHUNK, lengthBytes)
  }

  /** Joins an extent at the end of the list, because adjacent extents are one. */
  addZeroExtent(lengthBytes: number): void {
    if (lengthBytes === 0) return
    const last = this.count - 1
    if (last >= 0 && this.kinds[last] === ZERO_EXTENT) this.lengths[last]! += lengthBytes
    else this.#add(ZERO_EXTENT, lengthBytes)
  }

  #add(kind: number, lengthBytes: number): void {
    if (this.count === this.kinds.length) this.#grow()
    this.kinds[this.count] = kind
    this.lengths[this.count] = lengthBytes
    this.count++
  }

  #grow(): void {
    const kinds = new Uint8Array(this.kinds.length * 2 + 1)
    const lengths = new Float64Array(kinds.length)
    kinds.set(this.kinds)
    lengths.set(this.lengths)
    this.kinds = kinds
    this.lengths = lengths
  }
}
