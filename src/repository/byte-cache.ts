/** Keeps what was used last, up to a number of bytes. What is larger than that is not kept at all. */
export class ByteCache<V> {
  readonly #values = new Map<string, { value: V; bytes: number }>()
  #bytes = 0

  constructor(private readonly bytesMax: number) {}

  get(key: string): V | undefined {
    const found = this.#values.get(key)
    if (found === undefined) return undefined
    this.#values.delete(key)
    this.#values.set(key, found)
    return found.value
  }

  set(key: string, value: V, bytes: number): void {
    if (bytes > this.bytesMax) return
    this.delete(key)
    this.#values.set(key, { value, bytes })
    this.#bytes += bytes
    for (const oldest of this.#values.keys()) {
      if (this.#bytes <= this.bytesMax) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const found = this.#values.get(key)
    if (found === undefined) return
    this.#bytes -= found.bytes
    this.#values.delete(key)
  }

  clear(): void {
    this.#values.clear()
    this.#bytes = 0
  }
}
