import { CorruptError, VarveError } from '../../errors.js'
import { ChunkKind, type PackId } from '../../format/ids.js'
import type { WriteJob, WriteResult } from '../../workers/restore-jobs.js'
import { readBlocks } from './read-blocks.js'
import type { RestoreContext } from './restore-context.js'
import { buildOpenedJob, WriteJobBuilder, type WriteUnit } from './write-job-builder.js'

const unitsMax = 256
const contentBytesMax = 6 * 1024 * 1024

export interface Failure {
  readonly kind: 'data' | 'target'
  readonly message: string
}

/** Hears how each unit ended. */
export type OnUnitEnd = (unit: WriteUnit, failure: Failure | undefined) => void

/** Turns units into jobs, in the order in which their blocks lie in the packs, so that each block is opened once. */
export class WriteRunner {
  constructor(private readonly context: RestoreContext) {}

  /** Resolves when all units have ended. Errors: `no-space`, `read-only`, `backend`, `interrupted`. */
  async run(units: readonly WriteUnit[], onEnd: OnUnitEnd): Promise<void> {
    const running: Promise<void>[] = []
    const lost: WriteUnit[] = []
    const found: WriteUnit[] = []
    for (const unit of units) (isComplete(unit) ? found : lost).push(unit)
    try {
      for (const builder of jobsOf(inPackOrder(found))) {
        await this.context.engine.room()
        this.context.checkAborted()
        const job = this.#run(builder, onEnd)
        job.catch(() => undefined)
        running.push(job)
      }
      for (const unit of lost) await this.#recover(unit, onEnd)
    } finally {
      await Promise.allSettled(running)
    }
    await Promise.all(running)
  }

  async #run(builder: WriteJobBuilder, onEnd: OnUnitEnd): Promise<void> {
    const { store, options } = this.context
    const table = await readBlocks(store.backend, builder.blocks)
    const result = await this.#perform(builder.build(table, options.sparse ?? false))
    const failures = new Map(result.failures.map((failure) => [failure.unit, failure]))
    const { units } = builder
    this.#tellAttributes(units, result, failures)
    for (const [index, unit] of units.entries()) {
      const failure = failures.get(index)
      if (failure?.kind === 'data') await this.#recover(unit, onEnd)
      else onEnd(unit, failure)
    }
  }

  /** The place that was tried does not have a chunk: the reader tries all there are. */
  async #recover(unit: WriteUnit, onEnd: OnUnitEnd): Promise<void> {
    const { reader, options } = this.context
    const chunks: Uint8Array[] = []
    try {
      for (const { id } of unit.segments)
        if (id !== undefined) chunks.push(await reader.get(id, ChunkKind.data))
    } catch (error) {
      if (!isUnreadable(error)) throw error
      return onEnd(unit, { kind: 'data', message: error.message })
    }
    const result = await this.#perform(buildOpenedJob(unit, chunks, options.sparse ?? false))
    const [failure] = result.failures
    if (failure === undefined) this.#tellAttributes([unit], result, new Map())
    onEnd(unit, failure)
  }

  async #perform(job: WriteJob): Promise<WriteResult> {
    const { engine, tally } = this.context
    const result = await engine.run<WriteResult>(job)
    tally.bytesWritten += result.bytesWritten
    tally.bytesReused += result.bytesCopied
    return result
  }

  #tellAttributes(
    units: readonly WriteUnit[],
    result: WriteResult,
    failures: ReadonlyMap<number, unknown>,
  ): void {
    for (const { unit, attribute, message } of result.attributeFailures)
      if (!failures.has(unit) && !(attribute === 'owner' && this.context.ignoresOwners))
        this.context.tally.problem(units[unit]!.work.path, 'attribute', `${attribute}: ${message}`)
  }
}

const isComplete = ({ segments }: WriteUnit): boolean =>
  segments.every(({ id, place, isCopy }) => id === undefined || isCopy || place !== undefined)

/** By pack, in the order in which packs come up, and in it by block. */
const inPackOrder = (units: WriteUnit[]): WriteUnit[] => {
  const packs = new Map<PackId, number>()
  const keys = units.map(({ segments }) => {
    const place = segments.find((segment) => segment.place !== undefined)?.place
    if (place === undefined) return -1
    const known = packs.get(place.packId)
    const pack = known ?? packs.size
    if (known === undefined) packs.set(place.packId, pack)
    return pack * 4096 + place.block
  })
  const order = units.map((_, index) => index)
  order.sort((a, b) => keys[a]! - keys[b]! || a - b)
  return order.map((index) => units[index]!)
}

function* jobsOf(units: readonly WriteUnit[]): Generator<WriteJobBuilder, void, undefined> {
  let builder = new WriteJobBuilder()
  for (const unit of units) {
    const isFull =
      builder.unitCount >= unitsMax || builder.contentBytes + builder.newContentBytes(unit) > contentBytesMax
    if (isFull && !builder.isEmpty) {
      yield builder
      builder = new WriteJobBuilder()
    }
    builder.add(unit)
  }
  if (!builder.isEmpty) yield builder
}

export const isUnreadable = (error: unknown): error is VarveError =>
  error instanceof CorruptError || (error instanceof VarveError && error.code === 'missing')
