import type { CallOptions } from '../../progress.js'

/** How much of the stored data is read: `percent` at random, part n of t, or about so many bytes. */
export type DataSubset =
  | { readonly percent: number }
  | { readonly part: number; readonly of: number }
  | { readonly bytes: number }

export interface CheckOptions extends CallOptions {
  /** Recompute every id from the stored bytes. */
  readonly readData?: boolean
  readonly readDataSubset?: DataSubset
  /** Record what is broken as suspect, so that the next backup of the same content stores it again. */
  readonly mark?: boolean
  readonly onDamage?: (damage: Damage) => void
}

export interface Damage {
  /** The repository object, for example `packs/3f…`. */
  readonly object: string
  readonly message: string
  /** The next step, as a sentence; the same one for all objects of a kind. */
  readonly hint: string
  /** Snapshots and paths that need it. At most 100 are named; `dependentsTotal` counts all. */
  readonly dependents: readonly { readonly snapshot: string; readonly path: string }[]
  readonly dependentsTotal: number
}

export interface CheckReport {
  readonly snapshots: number
  readonly treeNodes: number
  readonly chunks: number
  readonly packs: number
  readonly packsRead: number
  readonly bytesRead: number
  readonly damages: readonly Damage[]
  /** Not damage: for example packs that no index names. */
  readonly remarks: readonly string[]
  /** What was covered, in a sentence. */
  readonly covered: string
  readonly marked: number
  readonly durationMs: number
}
