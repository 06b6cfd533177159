import type { CallOptions } from '../../progress.js'

/** Which entries to leave out; patterns have the semantics of .gitignore. */
export interface ExcludeOptions {
  readonly exclude?: readonly string[]
  /** As `exclude`, letters of either case match. */
  readonly iexclude?: readonly string[]
  readonly excludeFiles?: readonly string[]
  /** Leave out the content of directories with a CACHEDIR.TAG. */
  readonly excludeCaches?: boolean
  /** `FILE` or `FILE:HEADER`: leave out the content of directories that hold such a file. */
  readonly excludeIfPresent?: readonly string[]
  readonly excludeLargerThanBytes?: number
  readonly oneFileSystem?: boolean
}

export interface BackupOptions extends ExcludeOptions, CallOptions {
  /** Paths as a user gives them, text or raw bytes. */
  readonly paths: readonly (string | Uint8Array)[]
  readonly host?: string
  readonly tags?: readonly string[]
  /** The time that the snapshot bears; default: when the run began. */
  readonly time?: Date
  /** A snapshot reference; default: the latest of the same host and paths. */
  readonly parent?: string
  /** Read every byte again. */
  readonly force?: boolean
  readonly ignoreCtime?: boolean
  readonly ignoreInode?: boolean
  /** Reads all that a backup would, and writes nothing: the report tells what a backup would add. */
  readonly dryRun?: boolean
  /**
   * Where no earlier snapshot tells how much there is: count it beside the work, so that progress soon has totals. It
   * costs a second walk.
   */
  readonly scan?: boolean
  /**
   * How many files are fetched from the disk at once, by all threads together, at least one by each; default 128. It is limited to
   * a quarter of the files that the process may have open.
   */
  readonly readConcurrency?: number
  /** One stream in place of paths; it becomes one file. A failing stream fails the snapshot. */
  readonly stdin?: { readonly stream: AsyncIterable<Uint8Array>; readonly filename: string }
  /** Milliseconds between checkpoints; default 15 minutes. */
  readonly checkpointMs?: number
  /** Finish the current packs, write a pending record, and end with `interrupted`. */
  readonly stopGently?: AbortSignal
  /** Called for each new or changed file when it is finished. */
  readonly onEntry?: (entry: BackedUpEntry) => void
  readonly onProblem?: (problem: SourceProblem) => void
}

export interface BackedUpEntry {
  readonly action: 'new' | 'changed' | 'unmodified'
  /** Path inside the snapshot, as bytes in a latin1 string. */
  readonly path: string
  readonly sizeBytes: number
}

/** Something of the source that could not be saved, or not as it was. The snapshot is made; the exit code is 3. */
export interface SourceProblem {
  /** Path on disk, as bytes in a latin1 string. */
  readonly path: string
  /** `missing` (it was named, and never there), `unreadable`, `vanished`, `changed` (stored, but it changed while it was read), `metadata`. */
  readonly reason: 'missing' | 'unreadable' | 'vanished' | 'changed' | 'metadata'
  readonly message: string
}

export interface BackupReport {
  /** Absent with `dryRun`. */
  readonly snapshotId?: string
  readonly parentId?: string
  readonly filesNew: number
  readonly filesChanged: number
  readonly filesUnmodified: number
  readonly directories: number
  readonly others: number
  readonly totalFilesProcessed: number
  readonly totalBytesProcessed: number
  /** Bytes of the files that are new or changed, stored before or not. */
  readonly changedBytes: number
  /** Bytes of chunks that were new (trees and lists among them), before compression. */
  readonly dataAddedBytes: number
  /**
   * The same as blocks of packs, compressed. Which chunks share a block depends on which thread came first, so that two runs
   * over the same source differ by some tenths of a percent where there are several.
   */
  readonly dataAddedPackedBytes: number
  readonly dataBlobs: number
  readonly treeBlobs: number
  readonly problems: readonly SourceProblem[]
  /** What was left out without being asked: the repository, the cache. */
  readonly leftOut: readonly string[]
  /** What this machine cannot capture (for example extended attributes without koffi). */
  readonly notCaptured: readonly string[]
  readonly startTime: Date
  readonly durationMs: number
  /** Milliseconds of each stage, `wait` among them, summed over the worker threads. */
  readonly stages: Readonly<Record<string, number>>
  /** The main thread, and then each worker. */
  readonly threads: readonly ThreadTimes[]
}

/** What a thread did from its start on, in milliseconds on the wall. */
export interface ThreadTimes {
  readonly busyMs: number
  /** Without work. Of a worker, the exchange of messages too. */
  readonly waitMs: number
  /** Busy time by stage. Of the main thread, nothing. */
  readonly stages: Readonly<Record<string, number>>
}
