import { type CheckOptions, type CheckReport, type Damage, type DataSubset, VarveError } from '../../index.js'
import { defined } from '../defined.js'
import { exitCodes } from '../exit-code.js'
import type { Invocation, Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { progressOf, statusFields } from '../output/progress-of.js'
import { checkFields, checkLines, damageFields, damageLines } from './check-summary.js'

interface CheckFlags {
  readonly readData?: boolean
  readonly readDataSubset?: DataSubset
  readonly mark?: boolean
}

export const check: Verb<CheckFlags> = async (invocation, flags) => {
  refuseBoth(flags)
  await using repository = await openRepository(invocation)
  const progress = progressOf(invocation, statusFields('files_done', 'bytes_done'))
  try {
    const report = await repository.check(
      defined<CheckOptions>({
        readData: flags.readData,
        readDataSubset: flags.readDataSubset,
        mark: flags.mark,
        signal: invocation.interruption.signal,
        onProgress: progress.onProgress,
        onDamage: (damage) => damageTold(invocation, damage),
      }),
    )
    progress.end()
    await tell(invocation, report)
    return report.damages.length > 0 ? exitCodes.failed : exitCodes.ok
  } finally {
    progress.end()
  }
}

const refuseBoth = ({ readData, readDataSubset }: CheckFlags): void => {
  if (readData === true && readDataSubset !== undefined)
    throw new VarveError('invalid-argument', '--read-data asks for all data, --read-data-subset for a part', {
      hint: 'Give one of the two.',
    })
}

const damageTold = ({ output, global }: Invocation, damage: Damage): void => {
  if (global.json) output.log(JSON.stringify(damageFields(damage)))
  else for (const line of damageLines(damage)) output.log(line)
}

const tell = async ({ output, global }: Invocation, report: CheckReport): Promise<void> => {
  if (global.json) await output.report(JSON.stringify(checkFields(report)))
  else if (!global.quiet) await output.report(...checkLines(report))
}
