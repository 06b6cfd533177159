import type { BackupOptions } from './backup-options.js'
import type { Parents } from './choose-parent.js'
import type { OpenSource } from './open-source.js'
import type { BackupReportBuilder } from './report-builder.js'
import { SourceScan } from './source-scan.js'

/**
 * How much there is, for progress: about what the latest snapshot of the same source had (one that was named may be of
 * another), or else what a scan counts, where one is wanted. Nothing for a stream.
 */
export const expectTotals = (
  report: BackupReportBuilder,
  source: OpenSource,
  { scan, parent }: BackupOptions,
  { snapshot }: Parents,
): SourceScan | undefined => {
  if (snapshot !== undefined && parent === undefined) {
    const { filesNew, filesChanged, filesUnmodified, bytesProcessed } = snapshot.summary
    report.expected = { files: filesNew + filesChanged + filesUnmodified, bytes: bytesProcessed }
    return undefined
  }
  const entries = scan === true ? source.entries?.() : undefined
  if (entries === undefined) return undefined
  return new SourceScan(entries, (totals) => {
    report.expected = totals
  })
}
