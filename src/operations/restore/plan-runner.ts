import { ChunkKind, type PackId } from '../../format/ids.js'
import type { PackDirectory } from '../../format/pack-directory.js'
import { FileWay, PieceSource, type WriteJob, type WriteResult } from '../../workers/restore-jobs.js'
import { type Failure, failureOf, isUnreadable } from './failure.js'
import { FileInParts } from './file-in-parts.js'
import type { FilePlan } from './file-plan.js'
import { openedPieceJob } from './opened-piece-job.js'
import { orderPieces } from './order-pieces.js'
import { readBlocks } from './read-blocks.js'
import type { RestoreContext } from './restore-context.js'
import {
  type DraftedJob,
  directoryOfBlocks,
  draftWriteJob,
  memoryOf,
  type OpenedFile,
} from './write-job-builder.js'

/** Some sixteen blocks. What is read for a job, where threads cannot read it themselves, is no more than this or one block. */
const jobLimits = { storedBytesMax: 4 * 1024 * 1024, piecesMax: 2048 }

/** Hears how each file ended. */
export type OnFileEnd = (file: number, failure: Failure | undefined) => void

interface Part {
  readonly opened: OpenedFile
  jobsLeft: number
  failure: Failure | undefined
}

/** Writes the files of one plan, block by block, so that each block is opened once. */
export class PlanRunner {
  readonly #jobsOf: Uint32Array
  readonly #inParts = new Map<number, Part>()
  /** Files in parts that could not be opened. */
  readonly #unopened = new Set<number>()
  /** Files in parts beyond those that may be open at once: they are made one by one. */
  readonly #later = new Set<number>()
  readonly #running = new Set<Promise<void>>()
  readonly #ordered
  #failure: unknown

  constructor(
    private readonly context: RestoreContext,
    private readonly plan: FilePlan,
    private readonly onEnd: OnFileEnd,
  ) {
    this.#ordered = orderPieces(plan, jobLimits)
    this.#jobsOf = this.#ordered.jobsOf
  }

  /** Resolves when all files have ended. Errors: `no-space`, `read-only`, `backend`, `interrupted`. */
  async run(): Promise<void> {
    try {
      await this.#runJobs()
      for (let file = 0; file < this.plan.fileCount; file++)
        if (this.plan.isLost[file] === 1 && this.#failure === undefined) await this.#makeAlone(file)
      await this.#settle()
      for (const file of this.#later) if (this.#failure === undefined) await this.#makeAlone(file)
    } finally {
      await this.#settle()
      for (const { opened } of this.#inParts.values()) if (opened instanceof FileInParts) opened.discard()
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  async #runJobs(): Promise<void> {
    let start = 0
    for (const end of this.#ordered.jobEnds) {
      await this.context.engine.room()
      this.context.checkAborted()
      if (this.#failure !== undefined) return
      const job: Promise<void> = this.#run(start, end)
        .catch((error: unknown) => {
          this.#failure ??= error
        })
        .finally(() => this.#running.delete(job))
      this.#running.add(job)
      start = end
    }
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#running)
  }

  async #run(start: number, end: number): Promise<void> {
    const { order, blockAt } = this.#ordered
    const wanted = this.#opened(order.subarray(start, end), blockAt.subarray(start, end))
    const drafted = draftWriteJob(
      this.plan,
      wanted.pieces,
      wanted.blockAt,
      (file) => this.#inParts.get(file)?.opened,
    )
    await this.#ended(drafted.files, wanted.pieces, await this.#resultOf(drafted))
  }

  /** The same without files that are made later or not at all; the others in parts are open then. */
  #opened(pieces: Uint32Array, blockAt: Uint32Array) {
    const { plan } = this
    let isOut = false
    for (const piece of pieces) {
      const file = plan.fileOf[piece]!
      if ((this.#jobsOf[file]! > 1 || plan.ways[file] === FileWay.open) && !this.#openPart(file)) isOut = true
    }
    if (!isOut) return { pieces, blockAt }
    const isIn = (piece: number): boolean =>
      !this.#later.has(plan.fileOf[piece]!) && !this.#unopened.has(plan.fileOf[piece]!)
    return { pieces: pieces.filter(isIn), blockAt: blockAt.filter((_, index) => isIn(pieces[index]!)) }
  }

  #openPart(file: number): boolean {
    if (this.#inParts.has(file)) return true
    if (this.#later.has(file) || this.#unopened.has(file)) return false
    if (this.#inParts.size >= this.context.openFilesMax) {
      this.#later.add(file)
      return false
    }
    const opened = this.#open(file)
    if (opened === undefined) this.#unopened.add(file)
    else this.#inParts.set(file, { opened, jobsLeft: this.#jobsOf[file]!, failure: undefined })
    return opened !== undefined
  }

  /** Undefined where it cannot be, which is told. */
  #open(file: number): OpenedFile | undefined {
    try {
      const { plan, context } = this
      return plan.rareOf(file)?.opened ?? new FileInParts(plan, file, context.temporaryName)
    } catch (error) {
      this.onEnd(file, failureOf(error))
      return undefined
    }
  }

  async #resultOf({ job, blocks, files }: DraftedJob): Promise<WriteResult> {
    const { reader, store, options } = this.context
    try {
      const directories = new Map<PackId, PackDirectory>()
      for (const { packId } of blocks)
        if (!directories.has(packId)) directories.set(packId, await reader.directoryOf(packId))
      const placed = blocks.map(({ packId, block }) => ({
        packId,
        block,
        directory: directories.get(packId)!,
      }))
      const table = await readBlocks(store.backend, placed)
      const directory = directoryOfBlocks(placed)
      const sparse = options.sparse ?? false
      return await this.#perform({ ...job, sparse, blocks: { ...table, directory, isOpened: false } })
    } catch (error) {
      // A pack went since it was planned with: other packs may have what was in it.
      if (!isUnreadable(error)) throw error
      const failures = files.map((_, file) => ({ file, kind: 'data' as const, message: error.message }))
      return { failures, attributeFailures: [], bytesWritten: 0, bytesCopied: 0 }
    }
  }

  async #ended(files: readonly number[], pieces: Uint32Array, result: WriteResult): Promise<void> {
    const failures = new Map(result.failures.map((failure) => [failure.file, failure]))
    for (const { file, attribute, message } of result.attributeFailures)
      if (!failures.has(file)) this.#tellAttribute(files[file]!, attribute, message)
    for (const [index, file] of files.entries()) {
      const failure = failures.get(index)
      const part = this.#inParts.get(file)
      if (part !== undefined) {
        if (failure !== undefined) await this.#mendPart(part, failure, this.#piecesOf(file, pieces))
        if (--part.jobsLeft === 0) this.#finish(file, part)
      } else if (failure === undefined || failure.kind === 'target') this.onEnd(file, failure as Failure)
      else await this.#makeAlone(file)
    }
    if (files.length > 0) this.context.tally.progress('restore', this.plan.pathOf(files.at(-1)!))
  }

  async #mendPart(part: Part, { kind, message }: WriteResult['failures'][number], pieces: Uint32Array) {
    const failure = kind === 'target' ? { kind, message } : await this.#writeAlone(part.opened, pieces)
    part.failure ??= failure
  }

  /** The place that was tried does not have a chunk, or nobody knows one: the reader tries all there are. */
  async #makeAlone(file: number): Promise<void> {
    const opened = this.#open(file)
    if (opened === undefined) return
    const part: Part = { opened, jobsLeft: 0, failure: undefined }
    this.#inParts.set(file, part)
    const { firstPieces } = this.plan
    const count = firstPieces[file + 1]! - firstPieces[file]!
    const pieces = Uint32Array.from({ length: count }, (_, index) => firstPieces[file]! + index)
    part.failure = await this.#writeAlone(opened, pieces)
    this.#finish(file, part)
  }

  async #writeAlone(opened: OpenedFile, pieces: Uint32Array): Promise<Failure | undefined> {
    const { plan, context } = this
    try {
      for (const piece of pieces) {
        const isZeros = plan.sources[piece] === PieceSource.zeros
        const chunk = isZeros ? undefined : await context.reader.get(plan.idOf(piece), ChunkKind.data)
        const job = openedPieceJob(plan, piece, opened, chunk, context.options.sparse ?? false)
        const [failure] = (await this.#perform(job)).failures
        if (failure !== undefined)
          return { kind: failure.kind === 'data' ? 'data' : 'target', message: failure.message }
      }
    } catch (error) {
      if (!isUnreadable(error)) throw error
      return { kind: 'data', message: error.message }
    }
    return undefined
  }

  #finish(file: number, part: Part): void {
    this.#inParts.delete(file)
    this.onEnd(file, this.#failureOfFinishing(file, part))
  }

  #failureOfFinishing(file: number, { opened, failure }: Part): Failure | undefined {
    if (!(opened instanceof FileInParts)) return failure
    if (failure !== undefined) {
      opened.discard()
      return failure
    }
    try {
      for (const { attribute, message } of opened.finish()) this.#tellAttribute(file, attribute, message)
      return undefined
    } catch (error) {
      return failureOf(error)
    }
  }

  #piecesOf(file: number, pieces: Uint32Array): Uint32Array {
    return pieces.filter((piece) => this.plan.fileOf[piece] === file)
  }

  #tellAttribute(file: number, attribute: string, message: string): void {
    if (attribute === 'owner' && this.context.ignoresOwners) return
    this.context.tally.problem(this.plan.pathOf(file), 'attribute', `${attribute}: ${message}`)
  }

  async #perform(job: WriteJob): Promise<WriteResult> {
    const { engine, tally } = this.context
    const result = await engine.run<WriteResult>(job, memoryOf(job))
    tally.bytesWritten += result.bytesWritten
    tally.bytesReused += result.bytesCopied
    return result
  }
}
