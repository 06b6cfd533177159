import type { RestoreProblem, RestoreReport } from '../../index.js'
import { countText } from '../output/count-text.js'
import { factLines } from '../output/table.js'
import { byteSizeText } from '../values/byte-size.js'
import { durationText } from '../values/time.js'

/** The summary under restic's names, and what restic does not say. */
export const restoreFields = (report: RestoreReport, dryRun: boolean): Record<string, unknown> => ({
  message_type: 'summary',
  ...(dryRun ? { dry_run: true } : {}),
  snapshot_id: report.snapshotId,
  seconds_elapsed: Math.floor(report.durationMs / 1000),
  total_duration: report.durationMs / 1000,
  total_files: report.filesRestored + report.filesUnchanged + report.filesSkipped,
  files_restored: report.filesRestored,
  files_unchanged: report.filesUnchanged,
  files_skipped: report.filesSkipped,
  files_deleted: report.filesDeleted,
  dirs: report.directories,
  others: report.others,
  bytes_restored: report.bytesWritten,
  bytes_reused: report.bytesReused,
  bytes_verified: report.bytesVerified,
  problems: report.problems.length,
})

export const restoreLines = (report: RestoreReport, dryRun: boolean): string[] => [
  dryRun
    ? `dry run: nothing was written (${durationText(report.durationMs)})`
    : `snapshot ${report.snapshotId.slice(0, 8)} restored in ${durationText(report.durationMs)}`,
  ...factLines([
    ['files', fileText(report, dryRun)],
    ['data', dataText(report, dryRun)],
    ...(report.bytesVerified > 0 ? [['verified', byteSizeText(report.bytesVerified)] as const] : []),
    ...(report.problems.length > 0
      ? [['problems', `${countText(report.problems.length)} (named above)`] as const]
      : []),
  ]),
  ...[...new Set(report.problems.map(({ kind }) => kind))].map((kind) => `Next: ${nextSteps[kind]}`),
]

const nextSteps: Readonly<Record<RestoreProblem['kind'], string>> = {
  data: 'run the same restore again with --overwrite if-changed, which writes only what differs; `varve check --read-data` tells whether the repository is damaged.',
  target:
    'move what is in the way (--overwrite always with --delete removes directories in the place of files), or name another --target; only root makes device nodes. The same restore goes on: what is right already stays.',
  attribute: 'as root all attributes can be set; --no-ownership leaves owners alone.',
  lost: '`varve find` finds an older version of a file, `varve snapshots` another snapshot.',
}

const fileText = (report: RestoreReport, dryRun: boolean): string =>
  [
    `${countText(report.filesRestored)} ${dryRun ? 'to restore' : 'restored'}`,
    `${countText(report.filesUnchanged)} already right`,
    ...(report.filesSkipped > 0
      ? [`${countText(report.filesSkipped)} ${dryRun ? 'to skip' : 'skipped'}`]
      : []),
    ...(report.filesDeleted > 0
      ? [`${countText(report.filesDeleted)} ${dryRun ? 'to delete' : 'deleted'}`]
      : []),
  ].join(', ')

const dataText = ({ bytesWritten, bytesReused }: RestoreReport, dryRun: boolean): string => {
  const written = `${byteSizeText(bytesWritten)} ${dryRun ? 'to write' : 'written'}`
  return bytesReused > 0 ? `${written}, ${byteSizeText(bytesReused)} already there` : written
}
