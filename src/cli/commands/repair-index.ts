import type { RepairIndexReport, RepairOptions } from '../../index.js'
import { defined } from '../defined.js'
import { exitCodes } from '../exit-code.js'
import type { Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { progressOf, statusFields } from '../output/progress-of.js'
import { repairIndexFields, repairIndexLines } from './repair-index-summary.js'

export interface RepairFlags {
  readonly dryRun?: boolean
}

export const repairIndex: Verb<RepairFlags> = async (invocation, { dryRun }) => {
  const { output, global, interruption } = invocation
  await using repository = await openRepository(invocation)
  const progress = progressOf(invocation, statusFields('packs_done', 'bytes_done'))
  try {
    const { signal } = interruption
    const { onProgress } = progress
    const report = await repository.repairIndex(defined<RepairOptions>({ dryRun, signal, onProgress }))
    progress.end()
    if (global.json) await output.report(JSON.stringify(repairIndexFields(report)))
    else if (!global.quiet) await output.report(...repairIndexLines(report))
    return isLossLeft(report) ? exitCodes.lossRemains : exitCodes.ok
  } finally {
    progress.end()
  }
}

const isLossLeft = ({ tornPacks }: RepairIndexReport): boolean =>
  tornPacks.some(({ chunksLost }) => chunksLost !== 0)
