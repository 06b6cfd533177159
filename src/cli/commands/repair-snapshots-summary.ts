import type { DamagedEntry, LostEntries, RepairedSnapshot, RepairSnapshotsReport } from '../../index.js'
import { countOf, countText } from '../output/count-text.js'
import { nameFields, nameListFields } from '../output/json-fields.js'
import { printable, quoteName } from '../output/quote.js'
import { byteSizeText } from '../values/byte-size.js'

const namedMax = 20

export const repairSnapshotsFields = (report: RepairSnapshotsReport): Record<string, unknown> => ({
  message_type: 'summary',
  dry_run: report.dryRun,
  snapshots: report.snapshots,
  repaired: report.repaired.map((repaired) => ({
    snapshot: repaired.snapshot,
    repaired_as: repaired.repairedAs ?? null,
    is_new: repaired.isNew,
    nothing_left: repaired.isNothingLeft,
    entries_damaged: repaired.entriesDamaged,
    damaged: repaired.damaged.map(({ path, bytesLost, attributesLost }) => ({
      ...nameFields('path', path),
      bytes_lost: bytesLost,
      attributes_lost: attributesLost,
    })),
    bytes_lost: repaired.bytesLost,
    entries_lost: repaired.entriesLost,
    lost_subtrees: repaired.lostSubtrees.map(({ firstPath, entries, bytes }) => ({
      ...nameFields('first_path', firstPath),
      entries,
      bytes,
    })),
    ...nameListFields('directories_made_up', repaired.directoriesMadeUp),
  })),
  unreadable: report.unreadable,
})

export const repairSnapshotsLines = (report: RepairSnapshotsReport): string[] => {
  const { dryRun, snapshots, repaired, unreadable } = report
  if (repaired.length === 0 && unreadable.length === 0)
    return [`nothing to do: all of ${countOf(snapshots, 'snapshot')} is there`]
  return [
    ...unreadable.map(({ message }) => `damaged: ${printable(message)}; nothing can be made of it`),
    ...repaired.flatMap((snapshot) => snapshotLines(snapshot, dryRun)),
    ...(repaired.some(({ isNew }) => isNew)
      ? ['The damaged snapshots stay beside the repaired ones until you forget them.']
      : []),
  ]
}

const snapshotLines = (repaired: RepairedSnapshot, dryRun: boolean): string[] => [
  `snapshot ${repaired.snapshot.slice(0, 8)} is damaged: ${outcome(repaired, dryRun)}`,
  `  ${countText(repaired.entriesDamaged)} entries damaged, ${countText(repaired.entriesLost)} lost; ` +
    `${byteSizeText(repaired.bytesLost)} of files missing`,
  ...named(repaired.damaged, repaired.entriesDamaged, damagedLine),
  ...named(repaired.lostSubtrees, repaired.lostSubtrees.length, lostLine),
  ...named(
    repaired.directoriesMadeUp,
    repaired.directoriesMadeUp.length,
    (path) => `  made up, because something below is left: ${quoteName(path)}`,
  ),
]

const outcome = ({ repairedAs, isNew, isNothingLeft }: RepairedSnapshot, dryRun: boolean): string => {
  if (isNothingLeft) return 'nothing of its tree is left'
  if (repairedAs === undefined) return dryRun ? 'would be repaired' : 'not repaired'
  return `${isNew ? 'repaired' : 'repaired before'} as ${repairedAs.slice(0, 8)}`
}

const damagedLine = ({ path, bytesLost, attributesLost }: DamagedEntry): string =>
  `  damaged: ${quoteName(path)}: ${byteSizeText(bytesLost)} are zeros now` +
  (attributesLost > 0 ? `, ${countOf(attributesLost, 'attribute')} left out` : '')

const lostLine = ({ firstPath, entries, bytes }: LostEntries): string =>
  firstPath === ''
    ? `  lost: everything, ${countText(entries)} entries`
    : `  lost: from ${quoteName(firstPath)} on, ${countText(entries)} entries with ${byteSizeText(bytes)} of files`

const named = <T>(items: readonly T[], total: number, line: (item: T) => string): string[] => {
  const shown = items.slice(0, namedMax)
  return [
    ...shown.map(line),
    ...(total > shown.length ? [`  and ${countText(total - shown.length)} more`] : []),
  ]
}
