import type {
  RepairedPack,
  RepairOptions,
  RepairPacksOptions,
  RepairSnapshotsOptions,
  Repository,
} from '../../index.js'
import { defined } from '../defined.js'
import { exitCodes } from '../exit-code.js'
import type { Invocation, Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { progressOf, statusFields } from '../output/progress-of.js'
import { repairSnapshotsFields, repairSnapshotsLines } from './repair-snapshots-summary.js'
import { repairIndexFields, repairIndexLines, repairPacksFields, repairPacksLines } from './repair-summary.js'

interface RepairFlags {
  readonly dryRun?: boolean
}

interface RepairReadingFlags extends RepairFlags {
  readonly readData?: boolean
}

/** How one kind of repair is done and told. */
interface Repair<R> {
  readonly run: (repository: Repository, options: RepairOptions) => Promise<R>
  readonly fields: (report: R) => Record<string, unknown>
  readonly lines: (report: R) => string[]
  readonly isLossLeft: (report: R) => boolean
}

export const repairIndex: Verb<RepairFlags> = (invocation, { dryRun }) =>
  repaired(invocation, dryRun, {
    run: (repository, options) => repository.repairIndex(options),
    fields: repairIndexFields,
    lines: repairIndexLines,
    isLossLeft: ({ tornPacks }) => areChunksLost(tornPacks),
  })

export const repairPacks: Verb<RepairReadingFlags> = (invocation, { dryRun, readData }, packs) =>
  repaired(invocation, dryRun, {
    run: (repository, options) =>
      repository.repairPacks(defined<RepairPacksOptions>({ ...options, packs, readData })),
    fields: repairPacksFields,
    lines: repairPacksLines,
    isLossLeft: (report) => areChunksLost(report.packs),
  })

export const repairSnapshots: Verb<RepairReadingFlags> = (invocation, { dryRun, readData }, snapshots) =>
  repaired(invocation, dryRun, {
    run: (repository, options) =>
      repository.repairSnapshots(defined<RepairSnapshotsOptions>({ ...options, snapshots, readData })),
    fields: repairSnapshotsFields,
    lines: repairSnapshotsLines,
    isLossLeft: (report) => report.repaired.length > 0 || report.unreadable.length > 0,
  })

const repaired = async <R>(invocation: Invocation, dryRun: boolean | undefined, repair: Repair<R>) => {
  const { output, global, interruption } = invocation
  await using repository = await openRepository(invocation)
  const progress = progressOf(invocation, statusFields('packs_done', 'bytes_done'))
  try {
    const { signal } = interruption
    const { onProgress } = progress
    const report = await repair.run(repository, defined<RepairOptions>({ dryRun, signal, onProgress }))
    progress.end()
    if (global.json) await output.report(JSON.stringify(repair.fields(report)))
    else if (!global.quiet) await output.report(...repair.lines(report))
    return repair.isLossLeft(report) ? exitCodes.lossRemains : exitCodes.ok
  } finally {
    progress.end()
  }
}

/** Where nobody can tell, something may be. */
const areChunksLost = (packs: readonly RepairedPack[]): boolean =>
  packs.some(({ chunksLost }) => chunksLost !== 0)
