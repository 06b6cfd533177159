import { type ByteString, textOf } from '../../bytes/byte-string.js'
import { VarveError } from '../../errors.js'
import type { FileType } from '../../filesystem/stat.js'
import { pathOfKey } from '../../format/tree-key.js'
import type { FileNote } from '../../workers/jobs.js'
import type { BackedUpEntry, BackupOptions, SourceProblem } from './backup-options.js'
import type { SourceTotals } from './source-scan.js'

/** At most so many problems are kept in the report; all are counted, and all go to `onProblem`. */
const problemsKeptMax = 10_000

/** Progress is told once for so many entries: telling it takes longer than looking at one of them. */
const progressEntries = 64

/** Counts what a backup did and passes on what it meets. */
export class BackupReportBuilder {
  filesNew = 0
  filesChanged = 0
  filesUnmodified = 0
  directories = 0
  others = 0
  bytesProcessed = 0
  changedBytes = 0
  problemCount = 0
  /** What the source will come to, as far as it is known or guessed. */
  expected: SourceTotals | undefined
  readonly problems: SourceProblem[] = []
  #bytesUnderWay = 0
  #bytesShown = 0
  /** Set for a later pass over the same source: what was reported of the first one. */
  #known: ReadonlySet<string> | undefined
  #sinceProgress = 0

  constructor(private readonly options: BackupOptions) {}

  get files(): number {
    return this.filesNew + this.filesChanged + this.filesUnmodified
  }

  /** The source is gone through once more, for what was lost meanwhile: nothing is counted or said twice. */
  beginRepetition(): void {
    this.#known = new Set(this.problems.map(nameOfProblem))
  }

  /** `key` is the entry's in the tree: its path is made only for somebody who listens. */
  entry(action: BackedUpEntry['action'], key: ByteString, type: FileType, sizeBytes: number): void {
    if (this.#known !== undefined) return
    if (type === 'directory') this.directories++
    else if (type !== 'file') this.others++
    else if (action === 'new') this.filesNew++
    else if (action === 'changed') this.filesChanged++
    else this.filesUnmodified++
    this.bytesProcessed += sizeBytes
    if (action !== 'unmodified') this.changedBytes += sizeBytes
    if (type === 'file') this.options.onEntry?.({ action, path: pathOfKey(key), sizeBytes })
    if (++this.#sinceProgress >= progressEntries) this.#progress(() => textOf(pathOfKey(key)))
  }

  /** Bytes of a large file that is not finished. */
  bytes(bytes: number, current: string): void {
    this.#bytesUnderWay += bytes
    this.#progress(() => current)
  }

  /** The file that so many bytes were told of is finished, and counts as an entry or not at all. */
  bytesEnded(bytes: number): void {
    this.#bytesUnderWay -= bytes
  }

  fileNote(path: ByteString, { status, message }: Pick<FileNote, 'status' | 'message'>): void {
    if (status !== 'stored' && status !== 'grown') this.#add({ path, reason: status, message })
  }

  problem(path: ByteString, error: unknown): void {
    if (!this.isOfSource(error)) throw error
    const { code, message } = error as NodeJS.ErrnoException
    const reason = code === 'not-found' ? 'missing' : code === 'ENOENT' ? 'vanished' : 'unreadable'
    this.#add({ path, reason, message })
  }

  /** An error of the file system that is backed up, and not of the store. */
  isOfSource(error: unknown): boolean {
    if (error instanceof VarveError) return error.code === 'source' || error.code === 'not-found'
    return (error as NodeJS.ErrnoException).syscall !== undefined
  }

  /** Undefined where it failed, which is reported. */
  attempt<T>(path: ByteString, reason: 'unreadable' | 'metadata', step: () => T): T | undefined {
    try {
      return step()
    } catch (error) {
      if (!this.isOfSource(error)) throw error
      const { code, message } = error as NodeJS.ErrnoException
      this.#add({ path, reason: code === 'ENOENT' ? 'vanished' : reason, message })
      return undefined
    }
  }

  #add(problem: SourceProblem): void {
    if (this.#known?.has(nameOfProblem(problem))) return
    this.problemCount++
    if (this.problems.length < problemsKeptMax) this.problems.push(problem)
    this.options.onProblem?.(problem)
  }

  #progress(current: () => string): void {
    this.#sinceProgress = 0
    // A large file may turn out shorter than it was, or be read twice: what was shown stays.
    this.#bytesShown = Math.max(this.#bytesShown, this.bytesProcessed + this.#bytesUnderWay)
    this.options.onProgress?.({
      phase: 'backup',
      filesDone: this.files,
      bytesDone: this.#bytesShown,
      ...(this.expected && { filesTotal: this.expected.files, bytesTotal: this.expected.bytes }),
      get current() {
        return current()
      },
    })
  }
}

const nameOfProblem = ({ path, reason }: SourceProblem): string => `${reason} ${path}`
