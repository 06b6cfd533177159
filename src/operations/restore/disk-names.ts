import type { ByteString } from '../../bytes/byte-string.js'

/** The names that a directory of the target has, met in the same order as the tree's: both are sorted bytewise. */
export class DiskNames {
  #next = 0

  constructor(
    private readonly names: readonly ByteString[],
    /** Hears each name that the tree passed over. */
    private readonly onExtra: (name: ByteString) => void,
  ) {}

  /** Whether the name is there. Names must come in ascending order. */
  has(name: ByteString): boolean {
    this.#passUpTo(name)
    if (this.names[this.#next] !== name) return false
    this.#next++
    return true
  }

  /** The tree has no more names. */
  end(): void {
    this.#passUpTo(undefined)
  }

  #passUpTo(name: ByteString | undefined): void {
    while (this.#next < this.names.length && (name === undefined || this.names[this.#next]! < name))
      this.onExtra(this.names[this.#next++]!)
  }
}
