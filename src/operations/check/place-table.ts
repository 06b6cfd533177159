import { locationOf } from '../../chunk-index/entry.js'
import { idSizeBytes } from '../../format/limits.js'
import type { DirectoryParts } from '../../format/pack-directory.js'

const wordsPerSlot = 4
const slotsAtFirst = 2 ** 14

/**
 * Places of chunks in memory: 64 bits of the id, the pack's number + 1, the location; open addressing, at most two thirds full,
 * so 24 to 48 bytes a chunk. A lookup costs a tenth of one in a file, which is most of what a check of trees costs; so it is
 * worth having while a repository is small.
 */
export class PlaceTable {
  count = 0
  #slots = new Uint32Array(wordsPerSlot * slotsAtFirst)

  add(pack: number, { blockChunkCounts, ids }: DirectoryParts): void {
    let at = 0
    blockChunkCounts.forEach((count, block) => {
      for (let ordinal = 0; ordinal < count; ordinal++, at += idSizeBytes)
        this.#insert(wordAt(ids, at), wordAt(ids, at + 4), pack + 1, locationOf(block, ordinal))
    })
  }

  forEach(id: Uint8Array, visit: (pack: number, location: number) => void): void {
    const slots = this.#slots
    const low = wordAt(id, 0)
    const high = wordAt(id, 4)
    for (let at = this.#home(low); slots[at + 2] !== 0; at = this.#next(at))
      if (slots[at] === low && slots[at + 1] === high) visit(slots[at + 2]! - 1, slots[at + 3]!)
  }

  #insert(low: number, high: number, pack: number, location: number): void {
    if (3 * ++this.count * wordsPerSlot > 2 * this.#slots.length) this.#grow()
    let at = this.#home(low)
    while (this.#slots[at + 2] !== 0) at = this.#next(at)
    this.#slots.set([low, high, pack, location], at)
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(2 * old.length)
    for (let from = 0; from < old.length; from += wordsPerSlot) {
      if (old[from + 2] === 0) continue
      let at = this.#home(old[from]!)
      while (this.#slots[at + 2] !== 0) at = this.#next(at)
      for (let word = 0; word < wordsPerSlot; word++) this.#slots[at + word] = old[from + word]!
    }
  }

  /** Ids are evenly distributed; the length is a power of two. */
  #home(low: number): number {
    return (low << 2) & (this.#slots.length - 1)
  }

  #next(at: number): number {
    return (at + wordsPerSlot) & (this.#slots.length - 1)
  }
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
