import { freeBytesOf } from '../../filesystem/free-space.js'
import { closeFile } from '../../filesystem/read-file.js'
import type { WriteResult } from '../../workers/restore-jobs.js'
import type { PieceBits } from './compare-large.js'
import { type Failure, failureOf } from './failure.js'
import { piecesInGroups } from './file-pieces.js'
import { FilePlan } from './file-plan.js'
import type { ContentPiece, FileWork } from './file-work.js'
import { layoutOf } from './layout-of.js'
import { locatePieces } from './locate-pieces.js'
import { PlanRunner } from './plan-runner.js'
import type { RestoreContext } from './restore-context.js'
import type { Layout, Segment } from './segments.js'
import { segmentsOf } from './segments.js'
import type { OpenedFile } from './write-job-builder.js'

/** Zeros that must be allocated are written in parts. */
const zerosMax = 8 * 1024 * 1024

/** So much of the file is written before more of it is planned. */
const planLimits = { filesMax: 1, piecesMax: 16_384 }
const plannedBytesMax = 64 * 1024 * 1024

/** Makes one file that is too large for a single job: all threads write into one temporary file. */
export class LargeFile {
  #layout: Layout = { holes: [], sparse: false }
  #failure: Failure | undefined
  readonly #plan = new FilePlan(planLimits)
  #planned: Segment[] = []
  #plannedBytes = 0

  constructor(
    private readonly context: RestoreContext,
    private readonly work: FileWork,
  ) {}

  /** Errors: those that end the restore. What concerns this file only comes back. */
  async write(matches: PieceBits | undefined): Promise<Failure | undefined> {
    const { directory, name } = this.work
    const temporary = this.context.temporaryName()
    const safe = directory.safe!
    let fd: number
    try {
      fd = safe.createFile(temporary)
    } catch (error) {
      return failureOf(error)
    }
    let isPlaced = false
    try {
      await this.#fill(fd, matches)
      if (this.#failure !== undefined) return this.#failure
      await this.#finish(fd)
      safe.rename(temporary, safe, name)
      isPlaced = true
      return undefined
    } catch (error) {
      return failureOf(error)
    } finally {
      closeFile(fd)
      if (!isPlaced) safe.unlink(temporary)
    }
  }

  async #fill(fd: number, matches: PieceBits | undefined): Promise<void> {
    const { reader, locator } = this.context
    const { content, path } = this.work
    this.#layout = await layoutOf(content, this.context.options.sparse ?? false, reader, path)
    const oldFd = matches === undefined ? -1 : this.work.directory.safe!.openFile(this.work.name)
    let piece = 0
    try {
      for await (const pieces of piecesInGroups(reader, content)) {
        if (this.#failure !== undefined) return
        const isCopy = pieces.map(({ id }) => matches?.at(piece++) === true && id !== undefined)
        const places = await locatePieces(locator, pieces, isCopy)
        for (const [index, one] of pieces.entries())
          for (const segment of this.#segments(one, places[index], isCopy[index]!, fd))
            await this.#add(segment, { fd, oldFd })
      }
      await this.#writePlanned({ fd, oldFd })
    } finally {
      if (oldFd >= 0) closeFile(oldFd)
    }
  }

  async #add(segment: Segment, opened: OpenedFile): Promise<void> {
    this.#planned.push(segment)
    this.#plannedBytes += segment.length
    const isFull = this.#planned.length >= planLimits.piecesMax || this.#plannedBytes >= plannedBytesMax
    if (isFull) await this.#writePlanned(opened)
  }

  async #writePlanned(opened: OpenedFile): Promise<void> {
    if (this.#planned.length === 0) return
    const { context, work } = this
    this.#plan.clear()
    this.#plan.add(work, this.#planned, opened)
    this.#planned = []
    await new PlanRunner(context, this.#plan, (_, failure) => {
      this.#failure ??= failure
    }).run()
    context.tally.contentDone(this.#plannedBytes)
    this.#plannedBytes = 0
    context.tally.progress('restore', work.path)
  }

  #segments(piece: ContentPiece, place: Segment['place'], isCopy: boolean, fd: number): Segment[] {
    const segments = segmentsOf(piece, place, isCopy, this.#layout)
    return piece.id === undefined ? segments.flatMap((zeros) => this.#inParts(zeros, fd)) : segments
  }

  /** An entry of a hundred bytes can claim petabytes of zeros: what the disk cannot take is not begun. */
  #inParts(zeros: Segment, fd: number): Segment[] {
    const parts: Segment[] = []
    if (zeros.length > zerosMax && zeros.length > freeBytesOf(fd)) {
      const message = `has ${zeros.length} zeros in a row, for which there is no space; --sparse makes holes of them`
      this.#failure ??= { kind: 'target', message }
      return parts
    }
    for (let done = 0; done < zeros.length; done += zerosMax)
      parts.push({ ...zeros, offset: zeros.offset + done, length: Math.min(zerosMax, zeros.length - done) })
    return parts
  }

  async #finish(fd: number): Promise<void> {
    const { content, attributes, path } = this.work
    const { engine, tally, ignoresOwners } = this.context
    const job = { kind: 'finish-file', fd, sizeBytes: content.sizeBytes, attributes } as const
    const { attributeFailures } = await engine.run<WriteResult>(job)
    for (const { attribute, message } of attributeFailures)
      if (!(attribute === 'owner' && ignoresOwners))
        tally.problem(path, 'attribute', `${attribute}: ${message}`)
  }
}
