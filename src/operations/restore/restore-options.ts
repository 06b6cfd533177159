import type { CallOptions } from '../../progress.js'

export type Overwrite = 'always' | 'if-changed' | 'if-newer' | 'never'

export interface RestoreOptions extends CallOptions {
  /** `ID`, a unique prefix, `latest`, each with an optional `:path`. */
  readonly snapshot: string
  readonly target: string
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  /** Absent: an existing entry that differs is in the way, and nothing is written (`in-the-way`). */
  readonly overwrite?: Overwrite
  /** Remove from the target what the snapshot does not have. */
  readonly delete?: boolean
  /** Nothing is written or deleted; the report and `onEntry` say what would be. */
  readonly dryRun?: boolean
  /** Read everything back from the target afterwards and compare. */
  readonly verify?: boolean
  readonly noOwnership?: boolean
  /** Every run of zeros becomes a hole, not only what was a hole in the source. */
  readonly sparse?: boolean
  readonly onEntry?: (entry: RestoredEntry) => void
  readonly onProblem?: (problem: RestoreProblem) => void
}

export interface RestoredEntry {
  readonly action: 'created' | 'replaced' | 'updated' | 'unchanged' | 'deleted' | 'skipped'
  readonly path: string
  readonly sizeBytes: number
}

export interface RestoreProblem {
  readonly path: string
  readonly message: string
  /**
   * `data`: the content could not be had; `attribute`: everything but an attribute is there; `lost`: it is what the snapshot
   * has, and that was repaired and lacks something.
   */
  readonly kind: 'data' | 'attribute' | 'target' | 'lost'
}

export interface RestoreReport {
  readonly snapshotId: string
  readonly filesRestored: number
  readonly filesUnchanged: number
  readonly filesSkipped: number
  readonly filesDeleted: number
  readonly directories: number
  readonly others: number
  readonly bytesWritten: number
  readonly bytesReused: number
  readonly bytesVerified: number
  readonly problems: readonly RestoreProblem[]
  readonly durationMs: number
}
