import type { BackupOptions, BackupReport } from '../../index.js'
import { plainText } from '../arguments/plain-text.js'
import { tagsOf } from '../arguments/tag-list.js'
import { defined } from '../defined.js'
import { exitCodes } from '../exit-code.js'
import type { Invocation, Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { isWatched, progressOf, statusFields } from '../output/progress-of.js'
import { boundYoungGeneration } from '../young-generation.js'
import { entryTold, problemTold } from './backup-events.js'
import type { BackupFlags } from './backup-flags.js'
import { backupSource } from './backup-source.js'
import { summaryFields, summaryLines } from './backup-summary.js'

export const backup: Verb<BackupFlags> = async (invocation, flags, operands) => {
  const { global, interruption } = invocation
  // What is to be stored is settled before a password is asked for.
  const source = await backupSource(invocation, flags, operands)
  // A dry run has nothing that a later run could go on from.
  if (flags.dryRun !== true) interruption.beGentle()
  const progress = progressOf(invocation, statusFields('files_done', 'bytes_done'))
  const options = defined<BackupOptions>({
    ...source,
    ...excludeOptions(flags),
    ...snapshotOptions(flags),
    scan: flags.noScan !== true && isWatched(invocation),
    signal: interruption.signal,
    stopGently: interruption.stopGently,
    onProgress: progress.onProgress,
    onProblem: (problem) => problemTold(invocation, problem),
    onEntry: global.verbose ? (entry) => entryTold(invocation, entry) : undefined,
  })
  // Not later: the names of one directory are read in one go, and there may be a million.
  boundYoungGeneration()
  try {
    await using repository = await openRepository(invocation, options)
    const report = await repository.backup(options)
    progress.end()
    await tell(invocation, report, flags)
    return report.problems.length > 0 ? exitCodes.sourceIncomplete : exitCodes.ok
  } finally {
    progress.end()
  }
}

const excludeOptions = (flags: BackupFlags): Partial<BackupOptions> =>
  defined<Partial<BackupOptions>>({
    exclude: flags.exclude,
    iexclude: flags.iexclude,
    excludeFiles: flags.excludeFile?.map(plainText),
    excludeCaches: flags.excludeCaches,
    excludeIfPresent: flags.excludeIfPresent,
    excludeLargerThanBytes: flags.excludeLargerThan,
    oneFileSystem: flags.oneFileSystem,
  })

const snapshotOptions = (flags: BackupFlags): Partial<BackupOptions> =>
  defined<Partial<BackupOptions>>({
    host: flags.host,
    tags: flags.tag === undefined ? undefined : tagsOf(flags.tag),
    time: flags.time,
    parent: flags.parent,
    force: flags.force,
    ignoreCtime: flags.ignoreCtime,
    ignoreInode: flags.ignoreInode,
    readConcurrency: flags.readConcurrency,
    dryRun: flags.dryRun,
  })

const tell = async (
  { output, global }: Invocation,
  report: BackupReport,
  flags: BackupFlags,
): Promise<void> => {
  const dryRun = flags.dryRun ?? false
  if (global.json) return output.report(JSON.stringify(summaryFields(report, dryRun, flags.stats ?? false)))
  for (const what of report.notCaptured) output.log(`not saved: ${what}`)
  if (!global.quiet || flags.stats) await output.report(...summaryLines(report, dryRun, flags.stats ?? false))
}
