import { compareFiles, isAllRight } from './compare-files.js'
import { compareLarge } from './compare-large.js'
import { type Failure, isUnreadable } from './failure.js'
import { allPieces } from './file-pieces.js'
import type { ContentPiece, FileWork } from './file-work.js'
import { keepFile } from './keep-file.js'
import { LargeFile } from './large-file.js'
import { layoutOf } from './layout-of.js'
import { locatePieces } from './locate-pieces.js'
import { measureLarge } from './measure-large.js'
import { PlanQueue } from './plan-queue.js'
import type { RestoreContext } from './restore-context.js'
import { type Segment, segmentsOfAll } from './segments.js'

/** What is larger is restored on its own, in parts. */
const plannedBytesMax = 32 * 1024 * 1024
const plannedPiecesMax = 16_384
const comparedFilesMax = 512
const comparedBytesMax = 16 * 1024 * 1024
/** Large files and comparisons under way at once. */
const tasksMax = 4

type Task = () => Promise<void>

interface ReadFile {
  readonly work: FileWork
  readonly pieces: readonly ContentPiece[]
}

/** Makes regular files: most in large plans, each large one on its own, several side by side. */
export class FileRestorer {
  readonly #tasks = new Set<Promise<void>>()
  /** Files that are there already, to be compared with the snapshot. */
  #compared: ReadFile[] = []
  #comparedBytes = 0
  readonly #plans: PlanQueue
  #failure: unknown

  constructor(
    private readonly context: RestoreContext,
    /** How many directories the restore holds open. */
    openDirectories: () => number,
  ) {
    this.#plans = new PlanQueue(context, openDirectories)
  }

  /** Takes the file over; the directory stays open until it is done. A promise where the caller should wait. */
  add(work: FileWork): Promise<void> | undefined {
    work.directory.hold()
    const { sizeBytes } = work.content
    if (sizeBytes > plannedBytesMax) return this.#start(() => this.#restoreLarge(work))
    try {
      const pieces = allPieces(this.context.reader, work.content)
      if (!(pieces instanceof Promise)) return this.#take({ work, pieces }, (task) => this.#start(task))
      // Told by whoever waits for them.
      pieces.catch(() => undefined)
      return this.#start(() =>
        this.#orUnreadable(
          work,
          pieces.then((read) => this.#take({ work, pieces: read }, (task) => task())),
        ),
      )
    } catch (error) {
      return this.#unreadable(work, error)
    }
  }

  /** Resolves when all files that came so far are done. Errors: those that end the restore. */
  async flush(): Promise<void> {
    // Files whose pieces had to be read are among the compared only then.
    await this.#tasksDone()
    if (this.#failure === undefined && this.#compared.length > 0) await this.#start(this.#comparing())
    await this.#tasksDone()
    if (this.#failure !== undefined) throw this.#failure
    await this.#plans.end()
  }

  /** Resolves when nothing is under way. */
  async settle(): Promise<void> {
    await this.#tasksDone()
    await this.#plans.settle()
  }

  async #tasksDone(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.allSettled([...this.#tasks])
  }

  async #start(task: Task): Promise<void> {
    while (this.#tasks.size >= tasksMax) await Promise.race(this.#tasks)
    if (this.#failure !== undefined) throw this.#failure
    const running = Promise.resolve()
      .then(task)
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => this.#tasks.delete(running))
    this.#tasks.add(running)
  }

  /** `perform`: as a task of its own, or at once within a task, which must not wait for the end of others. */
  #take(file: ReadFile, perform: (task: Task) => Promise<void>): Promise<void> | undefined {
    const { work, pieces } = file
    if (pieces.length > plannedPiecesMax) return this.#restoreLarge(work)
    if (work.isCompared) {
      this.#compared.push(file)
      this.#comparedBytes += work.content.sizeBytes
      const isFull = this.#compared.length >= comparedFilesMax || this.#comparedBytes >= comparedBytesMax
      return isFull ? perform(this.#comparing()) : undefined
    }
    if (!this.context.isFirstLook) return this.#locate(file, undefined)
    this.#written(work, undefined)
    return undefined
  }

  async #orUnreadable(work: FileWork, done: Promise<void>): Promise<void> {
    try {
      await done
    } catch (error) {
      this.#unreadable(work, error)
    }
  }

  #unreadable(work: FileWork, error: unknown): undefined {
    if (!isUnreadable(error)) throw error
    this.#written(work, { kind: 'data', message: error.message })
  }

  /** A promise where something must be read for it, or a plan is full. */
  #locate({ work, pieces }: ReadFile, matches: Uint8Array | undefined): Promise<void> | undefined {
    const { reader, locator, options, isDry } = this.context
    const { content } = work
    const sparse = options.sparse ?? false
    const isCopy = matches && pieces.map(({ id }, index) => id !== undefined && matches[index] === 1)
    const places = isDry ? [] : locatePieces(locator, pieces, isCopy)
    if (content.holes === null && !(places instanceof Promise))
      return this.#plan(work, segmentsOfAll(pieces, places, isCopy, { holes: [], sparse }))
    const layout = layoutOf(content, sparse, reader, work.path)
    return this.#orUnreadable(
      work,
      Promise.all([layout, places]).then(([known, found]) =>
        this.#plan(work, segmentsOfAll(pieces, found, isCopy, known)),
      ),
    )
  }

  /** Holes may make many ranges of few pieces: more than a plan has room for. */
  #plan(work: FileWork, segments: readonly Segment[]): Promise<void> | undefined {
    if (this.context.isDry) {
      this.context.tally.planned(segments)
      return void this.#written(work, undefined)
    }
    return segments.length > plannedPiecesMax ? this.#restoreLarge(work) : this.#plans.add(work, segments)
  }

  /** Of what has gathered. */
  #comparing(): Task {
    const files = this.#compared
    this.#compared = []
    this.#comparedBytes = 0
    return () => this.#compare(files)
  }

  /** Files whose content is right stay; the others are planned. */
  async #compare(files: readonly ReadFile[]): Promise<void> {
    const { engine, options, checkAborted } = this.context
    checkAborted()
    const results = await compareFiles(
      engine,
      files.map(({ work, pieces }) => ({ file: work, pieces })),
    )
    for (const [index, file] of files.entries()) {
      const result = results[index]!
      if (isAllRight(result, file.work.content.sizeBytes)) this.#kept(file.work)
      else if (options.overwrite === undefined) this.#conflict(file.work)
      else await this.#locate(file, result.matches)
    }
  }

  async #restoreLarge(work: FileWork): Promise<void> {
    try {
      const compared = work.isCompared ? await compareLarge(this.context, work) : undefined
      if (compared?.isRight === true) return this.#kept(work)
      if (compared !== undefined && this.context.options.overwrite === undefined) return this.#conflict(work)
      const { isDry, isFirstLook } = this.context
      if (isDry && !isFirstLook) await measureLarge(this.context, work, compared?.matches)
      this.#written(
        work,
        isDry ? undefined : await new LargeFile(this.context, work).write(compared?.matches),
      )
    } catch (error) {
      if (!isUnreadable(error)) throw error
      this.#written(work, { kind: 'data', message: error.message })
    }
  }

  #kept(work: FileWork): void {
    const found = work.directory.safe!.lstat(work.name)
    if (found !== undefined) keepFile(this.context, work, found)
    this.context.tally.bytesReused += work.content.sizeBytes
    this.#ended(work, true)
  }

  #conflict(work: FileWork): void {
    this.context.inTheWay(work.path)
    this.#ended(work, false)
  }

  #written(work: FileWork, failure: Failure | undefined): void {
    const { tally } = this.context
    const { path, content } = work
    if (failure !== undefined) tally.problem(path, failure.kind, failure.message)
    else tally.file(work.replaces === undefined ? 'created' : 'replaced', path, content.sizeBytes)
    this.#ended(work, failure === undefined)
  }

  #ended(work: FileWork, isRight: boolean): void {
    if (work.content.form === 'inline') this.context.tally.contentDone(work.content.sizeBytes)
    work.onEnd?.(isRight)
    work.directory.release()
  }
}
