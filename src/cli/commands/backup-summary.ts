import type { BackupReport, ThreadTimes } from '../../index.js'
import { countOf, countText } from '../output/count-text.js'
import { printable } from '../output/quote.js'
import { type Column, factLines, tableLines } from '../output/table.js'
import { byteSizeText } from '../values/byte-size.js'
import { durationText } from '../values/time.js'

/** The summary under restic's names, and what restic does not say. */
export const summaryFields = (
  report: BackupReport,
  dryRun: boolean,
  withStages: boolean,
): Record<string, unknown> => ({
  message_type: 'summary',
  ...(dryRun ? { dry_run: true } : {}),
  files_new: report.filesNew,
  files_changed: report.filesChanged,
  files_unmodified: report.filesUnmodified,
  dirs: report.directories,
  others: report.others,
  changed_bytes: report.changedBytes,
  data_blobs: report.dataBlobs,
  tree_blobs: report.treeBlobs,
  data_added: report.dataAddedBytes,
  data_added_packed: report.dataAddedPackedBytes,
  total_files_processed: report.totalFilesProcessed,
  total_bytes_processed: report.totalBytesProcessed,
  total_duration: report.durationMs / 1000,
  backup_start: report.startTime.toISOString(),
  backup_end: new Date(report.startTime.getTime() + report.durationMs).toISOString(),
  problems: report.problems.length,
  left_out: report.leftOut,
  not_captured: report.notCaptured,
  ...(report.parentId === undefined ? {} : { parent: report.parentId }),
  ...(report.snapshotId === undefined ? {} : { snapshot_id: report.snapshotId }),
  ...(withStages ? { stages_ms: report.stages, threads: report.threads.map(threadFields) } : {}),
})

export const summaryLines = (report: BackupReport, dryRun: boolean, withStages: boolean): string[] => [
  title(report, dryRun),
  ...factLines([
    [
      'files',
      `${countText(report.filesNew)} new, ${countText(report.filesChanged)} changed, ${countText(report.filesUnmodified)} unmodified`,
    ],
    ['data', `${byteSizeText(report.totalBytesProcessed)} in ${countOf(report.totalFilesProcessed, 'file')}`],
    addedFact(report, dryRun),
    ...report.leftOut.map((what) => ['left out', printable(what)] as const),
    ...problemFacts(report, dryRun),
  ]),
  ...(withStages ? ['', ...stageLines(report)] : []),
]

const addedFact = (report: BackupReport, dryRun: boolean): readonly [string, string] => [
  dryRun ? 'to add' : 'added',
  `${byteSizeText(report.dataAddedBytes)}, ${byteSizeText(report.dataAddedPackedBytes)} as stored`,
]

const title = ({ snapshotId, durationMs }: BackupReport, dryRun: boolean): string =>
  snapshotId === undefined || dryRun
    ? `dry run: nothing was written (${durationText(durationMs)})`
    : `snapshot ${snapshotId.slice(0, 8)} made in ${durationText(durationMs)}`

const problemFacts = ({ problems }: BackupReport, dryRun: boolean): (readonly [string, string])[] =>
  problems.length === 0
    ? []
    : [
        [
          'problems',
          `${countText(problems.length)} (named above); ${dryRun ? 'the rest would be saved' : 'the rest is saved'}`,
        ],
      ]

const threadFields = ({ busyMs, waitMs, stages }: ThreadTimes): Record<string, unknown> => ({
  busy_ms: busyMs,
  wait_ms: waitMs,
  stages_ms: stages,
})

/** Milliseconds by stage and thread. The stages are the workers'; what the main thread does has none. */
const stageLines = ({ stages, threads: [main, ...workers] }: BackupReport): string[] => {
  const figures = (title: string): Column => ({ title, align: 'right' })
  const row = (name: string, ofMain: number | undefined, ofWorkers: readonly number[]): string[] => [
    name,
    ofMain === undefined ? '' : milliseconds(ofMain),
    ...ofWorkers.map(milliseconds),
  ]
  const busyStages = Object.keys(stages).filter((stage) => stage !== 'wait')
  return tableLines(
    [{ title: 'ms' }, figures('main'), ...workers.map((_, index) => figures(`worker ${index + 1}`))],
    [
      ...busyStages.map((stage) =>
        row(
          stage,
          undefined,
          workers.map((worker) => worker.stages[stage] ?? 0),
        ),
      ),
      row(
        'busy',
        main?.busyMs,
        workers.map((worker) => worker.busyMs),
      ),
      row(
        'waiting',
        main?.waitMs,
        workers.map((worker) => worker.waitMs),
      ),
    ],
  )
}

const milliseconds = (value: number): string => countText(Math.round(value))
