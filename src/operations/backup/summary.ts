import { textOf } from '../../bytes/byte-string.js'
import type { SnapshotSummary } from '../../format/snapshot.js'
import type { WriteTotals } from '../../repository/write-totals.js'
import { Stage, stageNames } from '../../workers/stage-clock.js'
import type { BackupReport, ThreadTimes } from './backup-options.js'
import type { BackupReportBuilder } from './report-builder.js'
import type { Source } from './source.js'

/** What goes into the snapshot record. */
export const summaryOf = (report: BackupReportBuilder, totals: WriteTotals): SnapshotSummary => ({
  filesNew: report.filesNew,
  filesChanged: report.filesChanged,
  filesUnmodified: report.filesUnmodified,
  directories: report.directories,
  others: report.others,
  bytesProcessed: report.bytesProcessed,
  bytesAdded: totals.bytesAdded,
  bytesAddedStored: totals.packedBytes,
  problems: report.problemCount,
})

export interface ReportFacts {
  readonly source: Pick<Source, 'leftOut'>
  readonly notCaptured: readonly string[]
  readonly snapshotId?: string
  readonly parentId?: string
  readonly startNs: bigint
  readonly endNs: bigint
}

export const reportOf = (
  report: BackupReportBuilder,
  totals: WriteTotals,
  facts: ReportFacts,
): BackupReport => ({
  ...(facts.snapshotId === undefined ? {} : { snapshotId: facts.snapshotId }),
  ...(facts.parentId === undefined ? {} : { parentId: facts.parentId }),
  filesNew: report.filesNew,
  filesChanged: report.filesChanged,
  filesUnmodified: report.filesUnmodified,
  directories: report.directories,
  others: report.others,
  totalFilesProcessed: report.files,
  totalBytesProcessed: report.bytesProcessed,
  changedBytes: report.changedBytes,
  dataAddedBytes: totals.bytesAdded,
  dataAddedPackedBytes: totals.packedBytes,
  dataBlobs: totals.chunksAdded - totals.treeChunksAdded,
  treeBlobs: totals.treeChunksAdded,
  problems: report.problems,
  leftOut: facts.source.leftOut.map(textOf),
  notCaptured: facts.notCaptured,
  startTime: new Date(Number(facts.startNs / 1_000_000n)),
  durationMs: Number((facts.endNs - facts.startNs) / 1_000_000n),
  stages: namedStages(stageNames.map((_, stage) => sumOf(totals.threads.map((thread) => thread[stage]!)))),
  threads: [mainThreadTimes(totals), ...totals.threads.map(workerTimes)],
})

const mainThreadTimes = ({ mainThread: { busyMs, waitMs } }: WriteTotals): ThreadTimes => ({
  busyMs,
  waitMs,
  stages: {},
})

const workerTimes = (stageMs: Float64Array): ThreadTimes => {
  const { wait: waitMs = 0, ...stages } = namedStages(stageMs)
  return { busyMs: sumOf(stageMs) - stageMs[Stage.wait]!, waitMs, stages }
}

const namedStages = (stageMs: ArrayLike<number>): Record<string, number> =>
  Object.fromEntries(stageNames.map((name, stage) => [name, stageMs[stage]!]))

const sumOf = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0)
