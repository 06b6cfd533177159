import type { ByteString } from '../../bytes/byte-string.js'
import type { FoundEntry } from '../../filesystem/found-entry.js'
import type { StoreWriter } from '../../repository/store-writer.js'
import type { StoreFilesJob } from '../../workers/jobs.js'
import { BatchResult } from './batch-result.js'
import type { Place } from './entry-queue.js'

/** A batch is sent once it has so many files or bytes: a message costs some 50 µs. */
const filesMax = 512
const bytesMax = 4 * 1024 * 1024

/** A file on its way: what the walk saw of it, and where its entry will stand. */
export interface FileUnderWay {
  readonly found: FoundEntry
  readonly key: ByteString
  readonly action: 'new' | 'changed'
  /** What an earlier tree has there, where it may be the same. */
  readonly valueInDoubt: Uint8Array | undefined
  readonly place: Place
}

/** Hears of each file once it is stored. The result stands on that file, and goes on afterwards. */
export type OnStored = (file: FileUnderWay, result: BatchResult) => void

/** Gathers small files in walk order and has them stored many at a time. */
export class FileBatch {
  #files: FileUnderWay[] = []
  #bytes = 0

  constructor(
    private readonly writer: StoreWriter,
    private readonly how: Pick<StoreFilesJob, 'readXattrs' | 'filesOpen'>,
    private readonly onStored: OnStored,
  ) {}

  add(file: FileUnderWay): void {
    this.#files.push(file)
    this.#bytes += file.found.stat.sizeBytes
    if (this.#files.length >= filesMax || this.#bytes >= bytesMax) this.flush()
  }

  /** Failures reach the writer, also those of the listener; it throws them at its next `room`, `progress` or `checkpoint`. */
  flush(): void {
    const files = this.#files
    if (files.length === 0) return
    this.#files = []
    this.#bytes = 0
    const paths = files.map(({ found }) => found.path)
    const owners = Uint32Array.from(files, ({ found }) => found.stat.uid)
    this.writer
      .storeFiles({ paths, owners, ...this.how })
      .then((stored) => {
        const result = new BatchResult(stored)
        for (const file of files) {
          result.step()
          this.onStored(file, result)
        }
      })
      .catch((error: unknown) => this.writer.fail(error))
  }
}
