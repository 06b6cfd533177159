import type { Stat } from '../../filesystem/stat.js'
import type { StoreWriter } from '../../repository/store-writer.js'
import type { FileTask, StoredFiles } from '../../workers/jobs.js'

/** A batch is sent once it has so many files or bytes: a message costs some 50 µs. */
const filesMax = 512
const bytesMax = 4 * 1024 * 1024

/** What became of one file of a batch. */
export interface BatchResult {
  readonly files: StoredFiles
  readonly index: number
}

export type OnStored = (result: BatchResult) => void

/** Gathers small files in walk order and has them stored many at a time. */
export class FileBatch {
  #tasks: FileTask[] = []
  #listeners: OnStored[] = []
  #bytes = 0

  constructor(
    private readonly writer: StoreWriter,
    private readonly readXattrs: boolean,
  ) {}

  add(task: FileTask, onStored: OnStored): void {
    this.#tasks.push(task)
    this.#listeners.push(onStored)
    this.#bytes += task.sizeBytes
    if (this.#tasks.length >= filesMax || this.#bytes >= bytesMax) this.flush()
  }

  /** Failures reach the writer, also those of a listener; it throws them at its next `room`, `progress` or `checkpoint`. */
  flush(): void {
    if (this.#tasks.length === 0) return
    const listeners = this.#listeners
    this.writer
      .storeFiles(this.#tasks, this.readXattrs)
      .then((files) => {
        for (const [index, listener] of listeners.entries()) listener({ files, index })
      })
      .catch((error: unknown) => this.writer.fail(error))
    this.#tasks = []
    this.#listeners = []
    this.#bytes = 0
  }
}

/** The packed pieces of one file of a batch. */
export const piecesOfFile = ({ files, index }: BatchResult): Uint8Array =>
  files.pieces.subarray(index === 0 ? 0 : files.pieceEnds[index - 1], files.pieceEnds[index])

/** The attributes that the file had when it was read, laid over what the walk saw. */
export const statOfFile = ({ files, index }: BatchResult, seen: Stat): Stat => ({
  ...seen,
  mode: files.attributes[4 * index]!,
  uid: files.attributes[4 * index + 1]!,
  gid: files.attributes[4 * index + 2]!,
  links: files.attributes[4 * index + 3]!,
  sizeBytes: files.sizes[index]!,
  mtimeNs: files.times[2 * index]!,
  ctimeNs: files.times[2 * index + 1]!,
  inode: files.inodes[index]!,
})
