import { ENTRY_BYTES, locationOf } from '../chunk-index/entry.js'
import { idSizeBytes } from '../format/limits.js'
import type { PackDirectory } from '../format/pack-directory.js'

/** How many index entries a pack has, and a sum over them in which order does not matter. */
export class EntrySum {
  #count = 0
  #sum = 0

  /** `id` begins at `at`; 16 bytes of it count. */
  add(id: Uint8Array, at: number, location: number): void {
    let hash = location
    for (let index = 0; index < 16; index += 4) {
      const word =
        id[at + index]! |
        (id[at + index + 1]! << 8) |
        (id[at + index + 2]! << 16) |
        (id[at + index + 3]! << 24)
      hash = Math.imul(hash ^ word, 0x85ebca6b)
      hash ^= hash >>> 15
    }
    this.#count++
    this.#sum = (this.#sum + hash) | 0
  }

  addAll(other: EntrySum): void {
    this.#count += other.#count
    this.#sum = (this.#sum + other.#sum) | 0
  }

  equals(other: EntrySum): boolean {
    return this.#count === other.#count && this.#sum === other.#sum
  }

  static ofDirectory(directory: PackDirectory): EntrySum {
    const sum = new EntrySum()
    for (let block = 0; block < directory.blockCount; block++) {
      const first = directory.firstChunks[block]!
      const count = directory.blockChunkCounts[block]!
      for (let ordinal = 0; ordinal < count; ordinal++)
        sum.add(directory.ids, idSizeBytes * (first + ordinal), locationOf(block, ordinal))
    }
    return sum
  }

  /** One sum for each pack ordinal. Equal entries may repeat, and count once. */
  static ofIndexEntries(entries: Uint8Array, packCount: number): EntrySum[] {
    const sums = Array.from({ length: packCount }, () => new EntrySum())
    const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength)
    for (let at = 0; at < entries.length; at += ENTRY_BYTES)
      if (!repeats(entries, at))
        sums[view.getUint32(at + 16, true)]!.add(entries, at, view.getUint32(at + 20, true))
    return sums
  }
}

const repeats = (entries: Uint8Array, at: number): boolean => {
  if (at === 0) return false
  for (let index = 0; index < ENTRY_BYTES; index++)
    if (entries[at + index] !== entries[at + index - ENTRY_BYTES]) return false
  return true
}
