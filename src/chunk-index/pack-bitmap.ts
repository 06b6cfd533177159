/** A set of pack ordinals in memory that all threads share: one bit for each. */
export class PackBitmap {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
  }

  static create(packCount: number): PackBitmap {
    return new PackBitmap(new SharedArrayBuffer(((packCount + 31) >>> 5) * 4))
  }

  /** Ordinals from here on cannot be told apart, so nothing may be said of them. */
  get capacity(): number {
    return this.#words.length * 32
  }

  has(ordinal: number): boolean {
    return (this.#words[ordinal >>> 5]! & (1 << (ordinal & 31))) !== 0
  }

  /** Costs an atomic operation only the first time. */
  add(ordinal: number): void {
    if (!this.has(ordinal)) Atomics.or(this.#words, ordinal >>> 5, 1 << (ordinal & 31))
  }

  *ordinals(): Generator<number> {
    for (let word = 0; word < this.#words.length; word++) {
      const bits = Atomics.load(this.#words, word)
      for (let bit = 0; bits !== 0 && bit < 32; bit++) if ((bits & (1 << bit)) !== 0) yield word * 32 + bit
    }
  }
}
