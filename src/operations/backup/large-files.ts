import { type ByteString, textOf } from '../../bytes/byte-string.js'
import { VarveError } from '../../errors.js'
import { type StoredFile, storeLargeFile } from './large-file.js'
import type { PassContext } from './pass-context.js'

/** Large files under way at the same time: while one waits for its token, the threads work for the other. */
const atOnceMax = 2

/** Stores large files beside the walk. Whatever goes wrong beyond the file itself reaches the writer. */
export class LargeFiles {
  readonly #underWay = new Set<Promise<void>>()

  constructor(private readonly context: PassContext) {}

  /** `onStored` hears undefined where the file could not be had, which is reported, or where the pass was stopped. */
  start(path: ByteString, onStored: (stored: StoredFile | undefined) => void): void {
    const storing = this.#store(path)
      .then(onStored)
      .catch((error: unknown) => this.context.writer.fail(error))
      .finally(() => this.#underWay.delete(storing))
    this.#underWay.add(storing)
  }

  /** Resolves once another one may be started. */
  async room(): Promise<void> {
    while (this.#underWay.size >= atOnceMax) await Promise.race(this.#underWay)
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  async #store(path: ByteString): Promise<StoredFile | undefined> {
    const { writer, captureXattrs, report, stop } = this.context
    let bytesTold = 0
    const onBytes = (bytes: number): void => {
      bytesTold += bytes
      report.bytes(bytes, textOf(path))
    }
    try {
      const stored = await storeLargeFile(writer, path, captureXattrs, { signal: stop, onBytes })
      if (!stored.stable) report.fileNote(path, { status: 'changed', message: 'changed while it was read' })
      return stored
    } catch (error) {
      if (error instanceof VarveError && error.code === 'interrupted') return undefined
      report.problem(path, error)
      return undefined
    } finally {
      report.bytesEnded(bytesTold)
    }
  }
}
