import type { ByteString } from '../../bytes/byte-string.js'
import type { LoadedLeaf } from '../../tree/read-node.js'
import type { TreeWriter } from '../../tree/tree-writer.js'

/** What will stand at a key once it is known. */
export type Settled =
  | { readonly value: Uint8Array; readonly fileBytes: number }
  | { readonly leaf: LoadedLeaf; readonly index: number }
  /** Nothing: it vanished, or could not be read. */
  | 'absent'

/** Where an entry will stand. */
export interface Place {
  readonly key: ByteString
  settled: Settled | undefined
}

/**
 * Entries come in key order, but files are ready in any order: this holds places for them, and brings to the tree what is
 * ready from the front on. Its length is bounded by whoever adds.
 */
export class EntryQueue {
  #places: Place[] = []
  #first = 0

  constructor(private readonly writer: TreeWriter) {}

  get length(): number {
    return this.#places.length - this.#first
  }

  /** An entry that is ready. */
  add(key: ByteString, settled: Settled): void {
    if (this.length === 0) this.#write(key, settled)
    else this.#places.push({ key, settled })
  }

  /** Keeps a place, to be settled once. */
  reserve(key: ByteString): Place {
    const place: Place = { key, settled: undefined }
    this.#places.push(place)
    return place
  }

  settle(place: Place, settled: Settled): void {
    place.settled = settled
    this.#drain()
  }

  #drain(): void {
    const places = this.#places
    while (this.#first < places.length) {
      const { key, settled } = places[this.#first]!
      if (settled === undefined) break
      this.#first++
      this.#write(key, settled)
    }
    if (this.#first === places.length || this.#first > 4096) {
      this.#places = places.slice(this.#first)
      this.#first = 0
    }
  }

  #write(key: ByteString, settled: Settled): void {
    if (settled === 'absent') return
    if ('leaf' in settled) this.writer.addUnchanged(settled.leaf, settled.index)
    else this.writer.add(key, settled.value, settled.fileBytes)
  }
}
