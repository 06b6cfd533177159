import type { ByteString } from '../../bytes/byte-string.js'
import type { Progress } from '../../progress.js'
import type { RestoredEntry, RestoreOptions, RestoreProblem } from './restore-options.js'
import type { Segment } from './segments.js'

type Action = RestoredEntry['action']

/** What a restore did so far, and telling the caller of it. */
export class Tally {
  filesRestored = 0
  filesUnchanged = 0
  filesSkipped = 0
  filesDeleted = 0
  directories = 0
  others = 0
  bytesWritten = 0
  bytesReused = 0
  bytesVerified = 0
  readonly problems: RestoreProblem[] = []
  /** Paths whose content is not what the snapshot has, by a problem told or because they were skipped. */
  readonly notRight = new Set<ByteString>()
  #bytesDone = 0
  #filesDone = 0

  constructor(
    private readonly options: Pick<RestoreOptions, 'onEntry' | 'onProblem' | 'onProgress'>,
    private readonly totals: { readonly files: number; readonly bytes: number } | undefined,
  ) {}

  file(action: Action, path: ByteString, sizeBytes: number): void {
    if (action === 'unchanged') this.filesUnchanged++
    else this.filesRestored++
    this.#done(action, path, sizeBytes)
  }

  directory(action: Action, path: ByteString): void {
    this.directories++
    this.#done(action, path, 0)
  }

  other(action: Action, path: ByteString): void {
    this.others++
    this.#done(action, path, 0)
  }

  skipped(path: ByteString, sizeBytes: number): void {
    this.filesSkipped++
    this.notRight.add(path)
    this.#done('skipped', path, sizeBytes)
  }

  deleted(path: ByteString, sizeBytes: number): void {
    this.filesDeleted++
    this.options.onEntry?.({ action: 'deleted', path, sizeBytes })
  }

  problem(path: ByteString, kind: RestoreProblem['kind'], message: string): void {
    if (kind !== 'attribute' && kind !== 'lost') this.notRight.add(path)
    const problem = { path, kind, message }
    this.problems.push(problem)
    this.options.onProblem?.(problem)
  }

  progress(phase: string, current?: ByteString): void {
    if (this.options.onProgress === undefined) return
    const progress: Progress = {
      phase,
      filesDone: this.#filesDone,
      bytesDone: this.#bytesDone,
      ...(this.totals && { filesTotal: this.totals.files, bytesTotal: this.totals.bytes }),
    }
    this.options.onProgress(current === undefined ? progress : { ...progress, current })
  }

  /** Content of a file that is not complete yet. */
  contentDone(bytes: number): void {
    this.#bytesDone += bytes
  }

  /** Of a dry run: what would be written, and what would be taken from the file that is there. */
  planned(segments: readonly Segment[]): void {
    for (const { isCopy, length } of segments)
      if (isCopy) this.bytesReused += length
      else this.bytesWritten += length
  }

  #done(action: Action, path: ByteString, sizeBytes: number): void {
    this.#filesDone++
    this.options.onEntry?.({ action, path, sizeBytes })
  }
}
