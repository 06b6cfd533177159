import type { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'

/** Whoever read this output has gone away (`varve ls | head`). Not an error: there is nobody left to tell. */
export class ClosedOutput extends Error {
  override readonly name = 'ClosedOutput'
}

/** A stream that is written with back-pressure, and whose reader may go away. */
export class Sink {
  readonly #stream: Writable
  #failure: Error | undefined

  constructor(stream: Writable) {
    this.#stream = stream
    // Without a listener the event would end the process with a stack trace.
    stream.on('error', (error) => {
      this.#failure ??= error
    })
  }

  /** Resolves when the stream has taken the bytes. Throws ClosedOutput when the reader is gone. */
  async write(chunk: string | Uint8Array): Promise<void> {
    if (chunk.length === 0) return
    const failed = this.#failure ?? (await this.#pass(chunk))
    // Files and terminals are written synchronously: without a turn of the event loop no signal would ever be seen.
    await setImmediate()
    if (failed === undefined) return
    const cause = this.#failure ?? failed
    throw isClosedPipe(cause) ? new ClosedOutput() : cause
  }

  #pass(chunk: string | Uint8Array): Promise<Error | undefined> {
    return new Promise((resolve) => this.#stream.write(chunk, (error) => resolve(error ?? undefined)))
  }
}

const isClosedPipe = (error: Error): boolean => {
  const code = 'code' in error ? error.code : ''
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'
}
