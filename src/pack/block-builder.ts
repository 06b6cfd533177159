import type { ChunkKind } from '../format/ids.js'
import { blockTargetBytes, idSizeBytes } from '../format/limits.js'

/** A block of the smallest chunks is closed by their number: the lengths in its header should stay a small part of it. */
export const blockChunksTarget = 16_384

/**
 * Gathers the chunks of one block: one kind and one owner, since how well two users' bytes compress together would tell
 * one about the other (docs/THREATS.md). The plaintext is gathered in a buffer that is used again for the next block.
 */
export class BlockBuilder {
  #plaintext: Uint8Array<ArrayBuffer>
  readonly lengths: number[] = []
  #ids = new Uint8Array(idSizeBytes * 256)
  #sizeBytes = 0

  constructor(
    readonly kind: ChunkKind,
    readonly owner: number,
    /** As long as chunks are usually at most; a longer one makes the buffer grow. */
    chunkBytesExpected: number,
  ) {
    this.#plaintext = new Uint8Array(blockTargetBytes + chunkBytesExpected)
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
    this.#plaintext = grown(this.#plaintext, this.#sizeBytes + chunk.length)
    this.#plaintext.set(chunk, this.#sizeBytes)
    this.#sizeBytes += chunk.length
    const at = this.lengths.length * idSizeBytes
    this.#ids = grown(this.#ids, at + idSizeBytes)
    this.#ids.set(id, at)
    this.lengths.push(chunk.length)
  }

  clear(): void {
    this.lengths.length = 0
    this.#sizeBytes = 0
  }
}

/** The same bytes with room for `sizeBytes`, and some to spare. */
const grown = (bytes: Uint8Array<ArrayBuffer>, sizeBytes: number): Uint8Array<ArrayBuffer> => {
  if (bytes.length >= sizeBytes) return bytes
  const larger = new Uint8Array(2 * sizeBytes)
  larger.set(bytes)
  return larger
}
