import type { ChunkKind } from '../format/ids.js'
import { blockTargetBytes, idSizeBytes } from '../format/limits.js'

/** A block of the smallest chunks is closed by their number: the lengths in its header should stay a small part of it. */
export const blockChunksTarget = 16_384

/**
 * Gathers the chunks of one block: one kind and one owner, since how well two users' bytes compress together would tell
 * one about the other (docs/THREATS.md). The plaintext is gathered in a buffer that is used again for the next block.
 */
export class BlockBuilder {
  readonly #plaintext: Uint8Array
  readonly lengths: number[] = []
  #ids = new Uint8Array(idSizeBytes * 256)
  #sizeBytes = 0

  constructor(
    readonly kind: ChunkKind,
    readonly owner: number,
    chunkBytesMax: number,
  ) {
    this.#plaintext = new Uint8Array(blockTargetBytes + chunkBytesMax)
  }

  get isEmpty(): boolean {
    return this.lengths.length === 0
  }

  get isFull(): boolean {
    return this.#sizeBytes >= blockTargetBytes || this.lengths.length >= blockChunksTarget
  }

  /** The chunks' bytes, one after the other. Valid until `clear`. */
  get plaintext(): Uint8Array {
    return this.#plaintext.subarray(0, this.#sizeBytes)
  }

  /** The chunks' ids, 32 bytes each. Valid until `clear`. */
  get ids(): Uint8Array {
    return this.#ids.subarray(0, this.lengths.length * idSizeBytes)
  }

  /** Copies the chunk. The caller seals and clears the block once it is full. */
  add(id: Uint8Array, chunk: Uint8Array): void {
    this.#plaintext.set(chunk, this.#sizeBytes)
    this.#sizeBytes += chunk.length
    const at = this.lengths.length * idSizeBytes
    if (at === this.#ids.length) this.#growIds()
    this.#ids.set(id, at)
    this.lengths.push(chunk.length)
  }

  clear(): void {
    this.lengths.length = 0
    this.#sizeBytes = 0
  }

  #growIds(): void {
    const ids = new Uint8Array(this.#ids.length * 2)
    ids.set(this.#ids)
    this.#ids = ids
  }
}
