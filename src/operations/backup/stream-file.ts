import type { FileContent } from '../../format/entry.js'
import type { StoreWriter } from '../../repository/store-writer.js'
import { spanBytes } from '../../workers/arena.js'
import { type SpanEvents, storeSpans } from './large-file.js'

/** Stores a stream as the content of one file. What a span did not consume is offered again in front of the next one. */
export const storeStream = (
  writer: StoreWriter,
  stream: AsyncIterable<Uint8Array>,
  owner: number,
  events: SpanEvents,
): Promise<FileContent> => {
  const window = new StreamWindow(stream)
  return storeSpans(writer, (offset) => window.from(offset), owner, events)
}

/** The part of a stream that was read and not yet stored: at most one span. */
class StreamWindow {
  readonly #input: AsyncIterator<Uint8Array>
  #held: Uint8Array[] = []
  #heldBytes = 0
  #start = 0
  #ended = false

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#input = stream[Symbol.asyncIterator]()
  }

  /** The bytes from `offset` on, as many as a span takes. */
  async from(offset: number): Promise<{ bytes: Uint8Array; final: boolean }> {
    this.#dropBefore(offset)
    while (this.#heldBytes < spanBytes && !this.#ended) {
      const { value, done } = await this.#input.next()
      if (done) this.#ended = true
      else this.#hold(value)
    }
    const all = Buffer.concat(this.#held)
    const bytes = all.subarray(0, spanBytes)
    return { bytes, final: this.#ended && bytes.length === all.length }
  }

  #hold(bytes: Uint8Array): void {
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
  }

  #dropBefore(offset: number): void {
    const rest = Buffer.concat(this.#held).subarray(offset - this.#start)
    this.#held = [rest]
    this.#heldBytes = rest.length
    this.#start = offset
  }
}
