import type { ByteString } from '../bytes/byte-string.js'
import { closeFile, type OpenedFile, openRegularFile } from '../filesystem/read-file.js'
import { willBeRead } from '../filesystem/will-be-read.js'

/**
 * The files of one job, some of them opened before it is their turn, so that a disk fetches several at once while this thread
 * cuts and compresses. For what is in memory already it is one more call for each file (docs/PERFORMANCE.md, A cold disk).
 */
export class OpenAhead {
  /** From the file whose turn is next: what gives the file, or throws what opening it threw. */
  readonly #opened: (() => OpenedFile)[] = []
  #next = 0

  constructor(
    private readonly paths: readonly ByteString[],
    private readonly openMax: number,
  ) {}

  /** The next file, which the caller closes. Throws what `openRegularFile` throws. */
  take(): OpenedFile {
    while (this.#opened.length < this.openMax && this.#next < this.paths.length)
      this.#opened.push(this.#open(this.paths[this.#next++]!))
    return this.#opened.shift()!()
  }

  /** Closes what nobody took. */
  close(): void {
    for (const file of this.#opened.splice(0)) closeIfOpen(file)
  }

  #open(path: ByteString): () => OpenedFile {
    try {
      const file = openRegularFile(path)
      if (this.openMax > 1) willBeRead(file.fd, file.stat.sizeBytes)
      return () => file
    } catch (error) {
      // Too early is no reason to give a file up: others were open.
      if (isOutOfDescriptors(error)) return () => openRegularFile(path)
      return () => {
        throw error
      }
    }
  }
}

const isOutOfDescriptors = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '')

const closeIfOpen = (file: () => OpenedFile): void => {
  try {
    closeFile(file().fd)
  } catch {
    // It was never open.
  }
}
