import { ENTRY_BYTES } from './entry.js'
import { readFilterFile } from './filter-file.js'
import { fillSegment, hasRoomFor, newFilterSegment } from './fingerprint-filter.js'
import type { Manifest } from './manifest.js'
import type { RunSet } from './run-set.js'
import type { SortedRun } from './sorted-run.js'

/** Room for growth in a new segment: 2.35 bytes become 2.6 a chunk. */
const ROOM = 1.1
/** The file is written anew when reading the runs that it lacks would take longer than reading it: one entry in twelve. */
const UNCOVERED_SHARE_MAX = 1 / 12

export interface LoadedSegment {
  readonly segment: SharedArrayBuffer
  /** Whether the file on disk is missing, damaged or too far behind, so that this segment is worth writing. */
  readonly isNew: boolean
}

/**
 * One segment with the fingerprints of all runs: from the file that the manifest names and the runs added since, or from
 * all runs. Throws CorruptError where a run is damaged.
 */
export const loadFilterSegment = (folder: string, manifest: Manifest, runs: RunSet): LoadedSegment => {
  const uncovered = runs.runs.filter((_, index) => !manifest.runs[index]!.inFilter).map(({ run }) => run)
  const all = runs.runs.map(({ run }) => run)
  const saved = manifest.filter === null ? undefined : readFilterFile(folder, manifest.filter)
  if (saved !== undefined && countOf(uncovered) <= countOf(all) * UNCOVERED_SHARE_MAX) {
    if (hasRoomFor(saved, countOf(uncovered))) {
      for (const run of uncovered) fillFromRun(saved, run)
      return { segment: saved, isNew: false }
    }
  }
  const segment = newFilterSegment(countOf(all) * ROOM)
  for (const run of all) fillFromRun(segment, run)
  return { segment, isNew: true }
}

const fillFromRun = (segment: SharedArrayBuffer, run: SortedRun): void => {
  const cursor = run.entries()
  for (let count = cursor.nextPage(); count > 0; count = cursor.nextPage())
    fillSegment(segment, cursor.bytes, cursor.offset, count, ENTRY_BYTES)
}

const countOf = (runs: readonly SortedRun[]): number => runs.reduce((sum, run) => sum + run.entryCount, 0)
