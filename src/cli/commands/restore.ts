import {
  type Overwrite,
  type RestoredEntry,
  type RestoreOptions,
  type RestoreProblem,
  type RestoreReport,
  VarveError,
} from '../../index.js'
import { plainText } from '../arguments/plain-text.js'
import { defined } from '../defined.js'
import { type ExitCode, exitCodes } from '../exit-code.js'
import type { Invocation, Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { nameFields } from '../output/json-fields.js'
import { progressOf, statusFields } from '../output/progress-of.js'
import { printable, quoteName } from '../output/quote.js'
import { byteSizeText } from '../values/byte-size.js'
import { restoreFields, restoreLines } from './restore-summary.js'

interface RestoreFlags {
  readonly target?: string
  readonly include?: string[]
  readonly exclude?: string[]
  readonly overwrite?: Overwrite
  readonly delete?: boolean
  readonly dryRun?: boolean
  readonly verify?: boolean
  readonly noOwnership?: boolean
  readonly sparse?: boolean
}

export const restore: Verb<RestoreFlags> = async (invocation, flags, [snapshot = '']) => {
  const { interruption } = invocation
  const target = targetOf(flags)
  await using repository = await openRepository(invocation)
  const progress = progressOf(invocation, statusFields('files_restored', 'bytes_restored'))
  try {
    const { target: _, ...rest } = flags
    const report = await repository.restore(
      defined<RestoreOptions>({
        ...rest,
        snapshot,
        target,
        signal: interruption.signal,
        onProgress: progress.onProgress,
        onEntry: onEntryOf(invocation, flags),
        onProblem: (problem) => problemTold(invocation, problem),
      }),
    )
    progress.end()
    await tell(invocation, report, flags.dryRun ?? false)
    return exitCodeFor(report)
  } finally {
    progress.end()
  }
}

/** What a repaired snapshot lacks is no failure of the restore. */
const exitCodeFor = ({ problems }: RestoreReport): ExitCode => {
  if (problems.length === 0) return exitCodes.ok
  return problems.every(({ kind }) => kind === 'lost') ? exitCodes.lossRemains : exitCodes.failed
}

const targetOf = ({ target }: RestoreFlags): string => {
  if (target === undefined || target === '') {
    throw new VarveError('invalid-argument', 'restore needs a directory to write to', {
      hint: 'Name it with --target DIR; --target / puts everything back where it was.',
    })
  }
  return plainText(target)
}

const tell = async (
  { output, global }: Invocation,
  report: RestoreReport,
  dryRun: boolean,
): Promise<void> => {
  if (global.json) await output.report(JSON.stringify(restoreFields(report, dryRun)))
  else if (!global.quiet) await output.report(...restoreLines(report, dryRun))
}

const problemTold = ({ output, global }: Invocation, { path, message, kind }: RestoreProblem): void => {
  if (global.json) {
    const item = nameFields('item', path)
    output.log(
      JSON.stringify({ message_type: 'error', error: { message }, during: 'restore', kind, ...item }),
    )
  } else {
    output.log(`${kind}: ${quoteName(path)}: ${printable(message)}`)
  }
}

/** A dry run names what would be deleted without being asked. */
const onEntryOf = (
  invocation: Invocation,
  { dryRun, delete: deletes }: RestoreFlags,
): RestoreOptions['onEntry'] => {
  const { verbose, quiet } = invocation.global
  if (verbose) return (entry) => entryTold(invocation, entry)
  if (!dryRun || !deletes || quiet) return undefined
  return (entry) => {
    if (entry.action === 'deleted') entryTold(invocation, entry)
  }
}

const entryTold = ({ output, global }: Invocation, { action, path, sizeBytes }: RestoredEntry): void => {
  if (global.json) {
    const item = nameFields('item', path)
    output
      .report(JSON.stringify({ message_type: 'verbose_status', action, ...item, size: sizeBytes }))
      .catch(() => undefined)
  } else if (action !== 'unchanged') {
    output.log(`${action.padEnd(8)}  ${quoteName(path)}  ${byteSizeText(sizeBytes)}`)
  }
}
