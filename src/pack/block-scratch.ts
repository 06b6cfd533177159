/** Before the content, for the hasher (src/crypto/chunk-id.ts). */
const marginBytes = 128
/** Twice an ordinary block. Small, so that what is in it stays in the processor's cache. */
const contentBytesAtFirst = 1024 * 1024

/** Memory that is used for one block after the other; it grows to the largest one. */
export class BlockScratch {
  #opened = new Uint8Array(0)
  #content = new Uint8Array(marginBytes + contentBytesAtFirst)

  /** For the unsealed body of a block that takes so many bytes where it is stored. */
  opened(storedBytes: number): Uint8Array {
    if (this.#opened.length < storedBytes) this.#opened = new Uint8Array(storedBytes)
    return this.#opened
  }

  /** For so many bytes of content. */
  content(sizeBytes: number): Buffer {
    const neededBytes = marginBytes + sizeBytes
    if (this.#content.length < neededBytes) this.#content = new Uint8Array(neededBytes)
    return Buffer.from(this.#content.buffer, marginBytes, sizeBytes)
  }
}
