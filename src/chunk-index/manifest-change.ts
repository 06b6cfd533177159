import assert from 'node:assert/strict'
import { ENTRY_BYTES, packOrdinalAt, setPackOrdinalAt } from './entry.js'
import type { Manifest, PackRecord, RunRecord } from './manifest.js'
import { mergeEntries } from './merge-entries.js'
import { runsToMerge } from './merge-policy.js'
import { compactTable, DROPPED, isCompactionDue, ordinalsWithoutGone, withPacksAdded } from './pack-table.js'
import { type EntryCursor, MemoryCursor } from './run-cursor.js'
import type { RunSet } from './run-set.js'
import { sortEntries } from './sort-entries.js'
import { writeRunWith } from './sorted-run-writer.js'

/** What a backup or a new index file of the repository brings. */
export interface IndexAddition {
  /** Packed entries of 24 bytes in any order; a pack ordinal is a position in `packs`. They are not changed. */
  readonly entries: Uint8Array
  readonly packs: readonly PackRecord[]
  /** The repository's index files that hold these entries, so that they need not be read. */
  readonly indexFiles: Iterable<string>
}

/** Writes the addition as a run of its own and gives the manifest that names it. */
export const withAddition = (folder: string, current: Manifest, addition: IndexAddition): Manifest => {
  const { packs, removedPacks, ordinals } = withPacksAdded(current, addition.packs)
  const entries = addition.entries.slice()
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const ordinal = ordinals[packOrdinalAt(entries, at)]
    assert(ordinal !== undefined, 'an entry points into the packs that come with it')
    setPackOrdinalAt(entries, at, ordinal)
  }
  const run = writeRun(folder, [new MemoryCursor(sortEntries(entries))], undefined)
  return {
    ...current,
    packs,
    removedPacks,
    runs: withRun(current.runs, run && { ...run, inFilter: false }),
    indexFiles: [...new Set([...current.indexFiles, ...addition.indexFiles])],
  }
}

/** The next merge that is due, or the same manifest when none is. Throws CorruptError where a run is damaged. */
export const withMerge = (folder: string, current: Manifest, open: RunSet): Manifest => {
  if (isCompactionDue(current)) {
    const { packs, removedPacks, ordinals } = compactTable(current)
    const runs = mergeSmallest(folder, current.runs, open, current.runs.length, ordinals)
    return { ...current, packs, removedPacks, runs }
  }
  const count = runsToMerge(current.runs.map(({ entryCount }) => entryCount))
  if (count === 0) return current
  return { ...current, runs: mergeSmallest(folder, current.runs, open, count, ordinalsWithoutGone(current)) }
}

const mergeSmallest = (
  folder: string,
  records: readonly RunRecord[],
  open: RunSet,
  count: number,
  ordinals: Uint32Array,
): readonly RunRecord[] => {
  const from = records.length - count
  const cursors = open.runs.slice(from).map(({ run }) => run.entries())
  const run = writeRun(folder, cursors, ordinals)
  const inFilter = records.slice(from).every((record) => record.inFilter)
  return withRun(records.slice(0, from), run && { ...run, inFilter })
}

/** Merges into one run, with new pack ordinals. Undefined when nothing is left. */
const writeRun = (
  folder: string,
  cursors: readonly EntryCursor[],
  ordinals: Uint32Array | undefined,
): { name: string; entryCount: number } | undefined => {
  const run = writeRunWith(folder, (writer) =>
    mergeEntries(cursors, (bytes, offset) => {
      const ordinal = packOrdinalAt(bytes, offset)
      const mapped = ordinals === undefined ? ordinal : (ordinals[ordinal] ?? DROPPED)
      if (mapped !== DROPPED) writer.append(bytes, offset, mapped)
    }),
  )
  return run.entryCount === 0 ? undefined : run
}

const withRun = (records: readonly RunRecord[], run: RunRecord | undefined): readonly RunRecord[] =>
  run === undefined || records.some(({ name }) => name === run.name)
    ? records
    : [...records, run].sort((a, b) => b.entryCount - a.entryCount)
