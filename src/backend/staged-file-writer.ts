import assert from 'node:assert/strict'
import { closeSync, constants, fstatSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { errnoOf, writeFailure } from './file-system-error.js'

/**
 * Fills a staging file from any thread, synchronously: the thread has nothing better to do, and no event loop to feed.
 * The file is made durable later, by Backend.publishStaged, and through a descriptor that was open before the first
 * write: a write-back error is reported to those that had the file open when it happened.
 */
export class StagedFileWriter {
  #fd: number | undefined
  #sizeBytes: number

  /** Opens the file of Backend.openStaging and goes on at its end. Errors: `read-only`, `backend`. */
  constructor(readonly path: string) {
    const fd = this.#trying(() => openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW))
    this.#fd = fd
    this.#sizeBytes = fstatSync(fd).size
  }

  /** Bytes in the file so far: where the next append begins. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /**
   * Writes all of `bytes` at the end; they are the caller's again on return. After an error (`no-space`, `backend`) the
   * file's end is undefined and only `discard` makes sense.
   */
  append(bytes: Uint8Array): void {
    const fd = this.#openFd()
    for (let done = 0; done < bytes.length; ) {
      const length = bytes.length - done
      const written = this.#trying(() => writeSync(fd, bytes, done, length, this.#sizeBytes))
      done += written
      this.#sizeBytes += written
    }
  }

  /** Ends the writing. Says nothing about durability. May be called twice. */
  close(): void {
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) this.#trying(() => closeSync(fd))
  }

  /** Ends the writing and removes the file. The backend that opened it must still hear discardStaged. May be called twice. */
  discard(): void {
    this.close()
    try {
      unlinkSync(this.path)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw writeFailure(error, 'a staged pack', this.path)
    }
  }

  #openFd(): number {
    assert(this.#fd !== undefined, 'append after close')
    return this.#fd
  }

  #trying<T>(step: () => T): T {
    try {
      return step()
    } catch (error) {
      throw writeFailure(error, 'a staged pack', this.path)
    }
  }
}
