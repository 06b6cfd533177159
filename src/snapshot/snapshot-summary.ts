import { snapshotLossOf } from '../format/repair-mark.js'
import type { Snapshot } from '../format/snapshot.js'
import { sourceDirectoryOf } from '../format/source-directory.js'
import { timestampToDate } from '../format/timestamp.js'

/** What a snapshot's record says, for people and programs. */
export interface SnapshotSummary {
  readonly id: string
  /** The first 8 digits of the id. */
  readonly shortId: string
  readonly time: Date
  readonly host: string
  /** What was named as source: bytes, one latin1 unit each. */
  readonly paths: string[]
  /** Where relative ones of the paths started: an absolute path, bytes, one latin1 unit each. Absent where none is relative. */
  readonly directory?: string
  readonly tags: string[]
  readonly parent?: string
  /** Name and version of what made it. */
  readonly program: string
  readonly summary: {
    readonly filesNew: number
    readonly filesChanged: number
    readonly filesUnmodified: number
    readonly directories: number
    readonly others: number
    readonly bytesProcessed: number
    readonly dataAddedBytes: number
    readonly dataAddedPackedBytes: number
    readonly problems: number
  }
  /** Of one that repair made of what was left of another: what it lacks. */
  readonly repaired?: {
    /** The id of the other. */
    readonly from: string
    readonly entriesDamaged: number
    readonly entriesLost: number
    readonly bytesLost: number
  }
  readonly entries: number
  /** Size of all files together. */
  readonly totalBytes: number
}

export const shortIdOf = (id: string): string => id.slice(0, 8)

export const snapshotSummaryOf = (snapshot: Snapshot): SnapshotSummary => {
  const { bytesAdded, bytesAddedStored, ...counts } = snapshot.summary
  return {
    id: snapshot.id,
    shortId: shortIdOf(snapshot.id),
    time: timestampToDate(snapshot.time),
    host: snapshot.host,
    paths: [...snapshot.paths],
    ...directoryOf(snapshot),
    tags: [...snapshot.tags],
    ...(snapshot.parent === null ? {} : { parent: snapshot.parent }),
    program: snapshot.program,
    summary: { ...counts, dataAddedBytes: bytesAdded, dataAddedPackedBytes: bytesAddedStored },
    ...repairedOf(snapshot),
    entries: snapshot.root.entries,
    totalBytes: snapshot.root.bytes,
  }
}

const directoryOf = (snapshot: Snapshot): Pick<SnapshotSummary, 'directory'> => {
  const directory = sourceDirectoryOf(snapshot)
  return directory === undefined ? {} : { directory }
}

const repairedOf = (snapshot: Snapshot): Pick<SnapshotSummary, 'repaired'> => {
  const loss = snapshotLossOf(snapshot)
  if (loss === undefined) return {}
  const { repairedFrom: from, entriesDamaged, entriesLost, bytesLost } = loss
  return { repaired: { from, entriesDamaged, entriesLost, bytesLost } }
}
