import { CHUNK, PieceList } from '../chunking/piece-list.js'
import type { Splitter } from '../chunking/splitter.js'
import { dataRegions } from '../filesystem/data-regions.js'
import { closeFile, type OpenedFile, readInto } from '../filesystem/read-file.js'
import { fstatOf, type Stat } from '../filesystem/stat.js'
import { readXattrsOfFd } from '../filesystem/xattrs.js'
import { PieceWriter } from '../format/pieces.js'
import type { Arena } from './arena.js'
import type { ChunkStore } from './chunk-store.js'
import type { FileNote, StoredFiles, StoreFilesJob } from './jobs.js'
import { OpenAhead } from './open-ahead.js'
import { Stage, type StageClock } from './stage-clock.js'

/** A file that changes while it is read is read again, at most so many times; then it is stored as it was read last. */
const attemptsMax = 3

interface ReadFile {
  /** The file's attributes before it was read, with the size that was read. */
  readonly stat: Stat
  readonly stable: boolean
  readonly holes: readonly number[]
}

/** Stores whole files, each small enough for the arena, one after the other. */
export class FileStorer {
  readonly #pieces = new PieceList()

  constructor(
    private readonly arena: Arena,
    private readonly arenaDataBytes: number,
    private readonly splitter: Splitter,
    private readonly store: ChunkStore,
    private readonly clock: StageClock,
  ) {}

  storeAll(job: StoreFilesJob): StoredFiles {
    const columns = new FileColumns(job.paths.length)
    const files = new OpenAhead(job.paths, job.filesOpen)
    try {
      for (let index = 0; index < job.paths.length; index++) this.#storeNext(files, job, index, columns)
    } finally {
      files.close()
    }
    return columns.result()
  }

  #storeNext(files: OpenAhead, job: StoreFilesJob, index: number, columns: FileColumns): void {
    try {
      this.#storeOne(files.take(), job, index, columns)
    } catch (error) {
      columns.addFailure(index, error)
    }
  }

  #storeOne(file: OpenedFile, job: StoreFilesJob, index: number, columns: FileColumns): void {
    try {
      const read = this.#read(file)
      if (read === undefined) {
        columns.addSkipped({ index, status: 'grown', message: 'grew beyond what is read at once' })
        return
      }
      const xattrs = job.readXattrs ? readXattrsOfFd(file.fd) : []
      this.clock.mark(Stage.read)
      this.store.countRead(read.stat.sizeBytes)
      const { pieces, kinds, lengths } = this.#split(read.stat.sizeBytes)
      let at = this.arena.dataAddress
      for (let piece = 0; piece < pieces; piece++) {
        const length = lengths[piece]!
        if (kinds[piece] === CHUNK)
          columns.pieces.appendChunk(
            this.store.storeData(job.owners[index]!, this.arena.bytes, at, at + length),
            length,
          )
        else columns.pieces.appendExtent(length)
        at += length
      }
      columns.addFile(index, read.stat, read.holes)
      if (xattrs.length > 0) columns.xattrs.push({ index, xattrs })
      if (!read.stable) columns.addNote({ index, status: 'changed', message: 'changed while it was read' })
    } finally {
      closeFile(file.fd)
    }
  }

  #split(length: number): { pieces: number; kinds: Uint8Array; lengths: Float64Array } {
    const out = this.#pieces
    out.clear()
    this.splitter.split(this.arena.dataAddress, length, 0, true, { inZeroRun: false }, out)
    this.clock.mark(Stage.cut)
    return { pieces: out.count, kinds: out.kinds, lengths: out.lengths }
  }

  /** Reads until what was read lies between two equal looks at the file's attributes. Undefined where it does not fit. */
  #read({ fd, stat }: OpenedFile): ReadFile | undefined {
    let before = stat
    for (let attempt = 1; before.sizeBytes <= this.arenaDataBytes; attempt++) {
      const holes = before.allocatedBytes < before.sizeBytes ? holesOf(fd, before) : []
      const length = this.#readContent(fd, before, holes)
      const after = fstatOf(fd)
      const stable = length === after.sizeBytes && isSameContent(before, after)
      if (stable || attempt === attemptsMax)
        return { stat: { ...before, sizeBytes: length }, stable, holes: stable ? holes : [] }
      before = after
    }
    return undefined
  }

  /** Holes are filled with zeros in memory, not read. Returns the length of what was there. */
  #readContent(fd: number, stat: Stat, holes: readonly number[]): number {
    const into = this.arena.bytes.subarray(this.arena.dataAddress, this.arena.dataAddress + stat.sizeBytes)
    let at = 0
    for (let hole = 0; hole < holes.length; hole += 2) {
      const start = holes[hole]!
      const end = start + holes[hole + 1]!
      const length = readInto(fd, into.subarray(at, start), at)
      if (length < start - at) return at + length
      into.fill(0, start, end)
      at = end
    }
    return at + (at < into.length ? readInto(fd, into.subarray(at), at) : 0)
  }
}

/** Flat [start, length, …]. */
const holesOf = (fd: number, stat: { sizeBytes: number; allocatedBytes: number }): number[] => {
  const holes: number[] = []
  let at = 0
  for (const { start, end } of dataRegions(fd, stat)) {
    if (start > at) holes.push(at, start - at)
    at = end
  }
  if (at < stat.sizeBytes) holes.push(at, stat.sizeBytes - at)
  return holes
}

const isSameContent = (a: Stat, b: Stat): boolean =>
  a.sizeBytes === b.sizeBytes && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.inode === b.inode

/** The batch's result, column by column. */
class FileColumns {
  readonly pieces = new PieceWriter(64 * 1024)
  readonly xattrs: StoredFiles['xattrs'][number][] = []
  readonly #notes: FileNote[] = []
  readonly #holes: StoredFiles['holes'][number][] = []
  readonly #pieceEnds: Uint32Array
  readonly #sizes: Float64Array
  readonly #times: BigInt64Array
  readonly #inodes: BigUint64Array
  readonly #attributes: Uint32Array

  constructor(files: number) {
    this.#pieceEnds = new Uint32Array(files)
    this.#sizes = new Float64Array(files)
    this.#times = new BigInt64Array(2 * files)
    this.#inodes = new BigUint64Array(files)
    this.#attributes = new Uint32Array(4 * files)
  }

  addFile(index: number, stat: Stat, holes: readonly number[]): void {
    this.#pieceEnds[index] = this.pieces.sizeBytes
    this.pieces.endSequence()
    this.#sizes[index] = stat.sizeBytes
    this.#times[2 * index] = stat.mtimeNs
    this.#times[2 * index + 1] = stat.ctimeNs
    this.#inodes[index] = stat.inode
    this.#attributes[4 * index] = stat.mode
    this.#attributes[4 * index + 1] = stat.uid
    this.#attributes[4 * index + 2] = stat.gid
    this.#attributes[4 * index + 3] = stat.links
    if (holes.length > 0) this.#holes.push({ index, ranges: holes })
  }

  addNote(note: FileNote): void {
    this.#notes.push(note)
  }

  /** Only what the source did wrong: an error of the store must end the job. */
  addFailure(index: number, error: unknown): void {
    const { code, syscall, message } = error as NodeJS.ErrnoException
    if (syscall === undefined && code !== 'source') throw error
    this.addSkipped({ index, status: code === 'ENOENT' ? 'vanished' : 'unreadable', message })
  }

  /** A file of which nothing was stored. */
  addSkipped(note: FileNote): void {
    this.#pieceEnds[note.index] = this.pieces.sizeBytes
    this.pieces.endSequence()
    this.addNote(note)
  }

  result(): StoredFiles {
    return {
      pieces: this.pieces.bytes(),
      pieceEnds: this.#pieceEnds,
      sizes: this.#sizes,
      times: this.#times,
      inodes: this.#inodes,
      attributes: this.#attributes,
      notes: this.#notes,
      xattrs: this.xattrs,
      holes: this.#holes,
    }
  }
}
