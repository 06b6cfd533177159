import { compareFiles, isAllRight } from './compare-files.js'
import { compareLarge } from './compare-large.js'
import { inlinePieces } from './file-pieces.js'
import type { ContentPiece, FileWork } from './file-work.js'
import { keepFile } from './keep-file.js'
import { LargeFile } from './large-file.js'
import { layoutOf } from './layout-of.js'
import { locatePieces } from './locate-pieces.js'
import type { RestoreContext } from './restore-context.js'
import { type Layout, type Segment, segmentsOf } from './segments.js'
import type { WriteUnit } from './write-job-builder.js'
import { type Failure, isUnreadable, WriteRunner } from './write-runner.js'

/** A window is planned as one: enough to find the files that share blocks, and little enough to be small in memory. */
const windowFilesMax = 2048
const windowBytesMax = 64 * 1024 * 1024
/** Each is held open until the files in it are done. */
const windowDirectoriesMax = 100
const comparedBytesMax = 16 * 1024 * 1024
/** What is written for a file that is made whole by one job. */
const smallBytesMax = 4 * 1024 * 1024
/** Windows and large files under way at once. */
const tasksMax = 4

interface SmallFile {
  readonly work: FileWork
  readonly pieces: readonly ContentPiece[]
  readonly bytes: number
}

type PlannedFile = SmallFile & { readonly matches?: Uint8Array }

/** Makes regular files: small ones in windows, each large one on its own, several side by side. */
export class FileRestorer {
  readonly #runner: WriteRunner
  readonly #tasks = new Set<Promise<void>>()
  #window: SmallFile[] = []
  #windowBytes = 0
  #windowDirectories = new Set<object>()
  #failure: unknown

  constructor(private readonly context: RestoreContext) {
    this.#runner = new WriteRunner(context)
  }

  /** Takes the file over; the directory stays open until it is done. A promise where the caller should wait. */
  add(work: FileWork): Promise<void> | undefined {
    work.directory.hold()
    if (work.content.form === 'list') return this.#start(() => this.#restoreLarge(work))
    const pieces = inlinePieces(work.content.pieces)
    const bytes = pieces.reduce(
      (sum, { length, id }) => sum + (id === undefined && work.content.holes !== null ? 0 : length),
      0,
    )
    if (bytes > smallBytesMax) return this.#start(() => this.#restoreLarge(work))
    this.#window.push({ work, pieces, bytes })
    this.#windowBytes += bytes
    this.#windowDirectories.add(work.directory)
    const isFull =
      this.#window.length >= windowFilesMax ||
      this.#windowBytes >= windowBytesMax ||
      this.#windowDirectories.size >= windowDirectoriesMax
    return isFull ? this.#startWindow() : undefined
  }

  /** Resolves when all files that came so far are done. Errors: those that end the restore. */
  async flush(): Promise<void> {
    if (this.#failure === undefined && this.#window.length > 0) await this.#startWindow()
    await this.settle()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Resolves when nothing is under way. */
  async settle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.allSettled([...this.#tasks])
  }

  #startWindow(): Promise<void> {
    const files = this.#window
    this.#window = []
    this.#windowBytes = 0
    this.#windowDirectories = new Set()
    return this.#start(() => this.#restoreWindow(files))
  }

  async #start(work: () => Promise<void>): Promise<void> {
    while (this.#tasks.size >= tasksMax) await Promise.race(this.#tasks)
    if (this.#failure !== undefined) throw this.#failure
    const task = work()
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => this.#tasks.delete(task))
    this.#tasks.add(task)
  }

  async #restoreWindow(files: readonly SmallFile[]): Promise<void> {
    this.context.checkAborted()
    const toWrite = await this.#withoutRight(files)
    if (this.context.isDry) {
      for (const { work } of toWrite) this.#written(work, undefined)
      return
    }
    const units: WriteUnit[] = []
    for (const file of toWrite) {
      try {
        const unit = this.#planned(file)
        units.push(unit instanceof Promise ? await unit : unit)
      } catch (error) {
        if (!isUnreadable(error)) throw error
        this.#written(file.work, { kind: 'data', message: error.message })
      }
    }
    await this.#runner.run(units, ({ work }, failure) => this.#written(work, failure))
    this.context.tally.progress('restore', files.at(-1)?.work.path)
  }

  /** A promise only where something must be read for it. */
  #planned(file: PlannedFile): WriteUnit | Promise<WriteUnit> {
    const { work, pieces, matches } = file
    const { reader, locator, options } = this.context
    const { content } = work
    const sparse = options.sparse ?? false
    const isCopy = matches && pieces.map(({ id }, index) => id !== undefined && matches[index] === 1)
    const places = locatePieces(locator, pieces, isCopy)
    if (content.holes === null && !(places instanceof Promise))
      return this.#unit(file, { holes: [], sparse }, places, isCopy)
    const layout = layoutOf(content, sparse, reader, work.path)
    return Promise.all([layout, places]).then(([known, found]) => this.#unit(file, known, found, isCopy))
  }

  #unit(
    { work, pieces }: SmallFile,
    layout: Layout,
    places: readonly Segment['place'][],
    isCopy: readonly boolean[] | undefined,
  ): WriteUnit {
    const segments: Segment[] = []
    for (let index = 0; index < pieces.length; index++)
      for (const segment of segmentsOf(pieces[index]!, places[index], isCopy?.[index] ?? false, layout))
        segments.push(segment)
    return { work, segments, strip: undefined }
  }

  /** Looks at the files that are there already, and leaves out those whose content is right. */
  async #withoutRight(files: readonly SmallFile[]): Promise<PlannedFile[]> {
    const toWrite: PlannedFile[] = files.filter(({ work }) => !work.isCompared)
    const compared = files.filter(({ work }) => work.isCompared)
    for (const group of groupsOf(compared)) {
      const results = await compareFiles(
        this.context.engine,
        group.map(({ work, pieces }) => ({ file: work, pieces })),
      )
      group.forEach((file, index) => {
        const result = results[index]!
        if (isAllRight(result, file.work.content.sizeBytes)) this.#kept(file.work)
        else if (this.context.options.overwrite === undefined) this.#conflict(file.work)
        else toWrite.push({ ...file, matches: result.matches })
      })
    }
    return toWrite
  }

  async #restoreLarge(work: FileWork): Promise<void> {
    const large = new LargeFile(this.context, this.#runner, work)
    try {
      const compared = work.isCompared ? await compareLarge(this.context, work) : undefined
      if (compared?.isRight === true) return this.#kept(work)
      if (compared !== undefined && this.context.options.overwrite === undefined) return this.#conflict(work)
      if (this.context.isDry) return this.#written(work, undefined)
      this.#written(work, await large.write(compared?.matches))
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

function* groupsOf(files: readonly SmallFile[]): Generator<SmallFile[], void, undefined> {
  let group: SmallFile[] = []
  let bytes = 0
  for (const file of files) {
    group.push(file)
    bytes += file.bytes
    if (bytes < comparedBytesMax && group.length < 512) continue
    yield group
    group = []
    bytes = 0
  }
  if (group.length > 0) yield group
}
