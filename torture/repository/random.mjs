/**
 * A sequence of numbers that follows from a seed alone (sfc32, by Chris Doty-Humphrey, in the public domain), so that every
 * campaign can be run again.
 */
export class Random {
  #a
  #b
  #c
  #counter = 1

  /** @param {number} seed any integer */
  constructor(seed) {
    this.#a = seed >>> 0
    this.#b = Math.floor(seed / 2 ** 32) >>> 0
    this.#c = 0x9e3779b9
    for (let round = 0; round < 15; round++) this.u32()
  }

  u32() {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** An integer of 0 to `limit` - 1, for limits up to 2^32. */
  below(limit) {
    return Math.floor((this.u32() / 2 ** 32) * limit)
  }

  pick(list) {
    return list[this.below(list.length)]
  }

  bytes(sizeBytes) {
    const bytes = Buffer.alloc(sizeBytes)
    for (let at = 0; at < sizeBytes; at++) bytes[at] = this.u32()
    return bytes
  }

  /** A copy in another order. */
  shuffled(list) {
    const copy = [...list]
    for (let at = copy.length - 1; at > 0; at--) {
      const other = this.below(at + 1)
      ;[copy[at], copy[other]] = [copy[other], copy[at]]
    }
    return copy
  }
}
