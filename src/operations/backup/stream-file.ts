import { VarveError } from '../../errors.js'
import type { FileContent } from '../../format/entry.js'
import type { StoreWriter } from '../../repository/store-writer.js'
import { spanBytes } from '../../workers/arena.js'
import { type SpanEvents, storeSpans } from './large-file.js'

/** Stores a stream as the content of one file. What a span did not consume is offered again in front of the next one. */
export const storeStream = async (
  writer: StoreWriter,
  stream: AsyncIterable<Uint8Array>,
  owner: number,
  events: SpanEvents,
): Promise<FileContent> => {
  await using input = new StreamInput(stream, events.signal)
  const window = new StreamWindow(input)
  return await storeSpans(writer, (offset) => window.from(offset), owner, events)
}

/** A stream that may stall: waiting for it ends when the signal comes. */
class StreamInput implements AsyncDisposable {
  readonly #input: AsyncIterator<Uint8Array>
  readonly #stopped: Promise<never>
  #release = (): void => {}
  #ended = false

  constructor(stream: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
    this.#input = stream[Symbol.asyncIterator]()
    this.#stopped = new Promise((_, reject) => {
      const stop = (): void => reject(new VarveError('interrupted', 'stopped before the stream ended'))
      if (signal?.aborted) stop()
      signal?.addEventListener('abort', stop)
      this.#release = () => signal?.removeEventListener('abort', stop)
    })
    this.#stopped.catch(() => {})
  }

  /** Undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    const { value, done } = await Promise.race([this.#input.next(), this.#stopped])
    if (done) this.#ended = true
    return done ? undefined : value
  }

  /** A stream that was not read to its end is told so; one that stalls may never answer. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#release()
    if (!this.#ended) this.#input.return?.().catch(() => {})
  }
}

/** The part of a stream that was read and not yet stored: at most one span and what came with its last bytes. */
class StreamWindow {
  #held: Uint8Array[] = []
  #heldBytes = 0
  #start = 0
  #ended = false

  constructor(private readonly input: StreamInput) {}

  /** The bytes from `offset` on, as many as a span takes. */
  async from(offset: number): Promise<{ bytes: Uint8Array; final: boolean }> {
    this.#dropBefore(offset)
    while (this.#heldBytes < spanBytes && !this.#ended) {
      const bytes = await this.input.next()
      if (bytes === undefined) this.#ended = true
      else this.#hold(bytes)
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
