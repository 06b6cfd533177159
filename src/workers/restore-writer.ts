import { closeSync, ftruncateSync } from 'node:fs'
import type { ByteString } from '../bytes/byte-string.js'
import type { ChunkHasher } from '../crypto/chunk-id.js'
import { CorruptError, VarveError } from '../errors.js'
import { readInto } from '../filesystem/read-file.js'
import { closeNewFile, SafeDirectory } from '../filesystem/safe-directory.js'
import { errorCodeOf, writing } from '../filesystem/system-error.js'
import { ChunkKind } from '../format/ids.js'
import { idSizeBytes } from '../format/limits.js'
import type { OpenedChunk, RestoreBlocks } from './restore-blocks.js'
import { reasonOf, setAttributes, setPlainAttributes, writeAll } from './restore-file.js'
import { rangesOfData } from './restore-holes.js'
import {
  FileWay,
  fileColumns,
  type SegmentRows,
  SegmentSource,
  segmentColumns,
  stripColumns,
  type UnitAttributeFailure,
  type UnitFailure,
  type WriteJob,
  type WriteResult,
} from './restore-jobs.js'
import { unfinishedMode } from './restore-temporary.js'

const zeros = Buffer.alloc(256 * 1024)
const marginBytes = 128

/** Makes small files whole, and writes parts of large ones. */
export class RestoreWriter {
  #job!: WriteJob
  #failures: UnitFailure[] = []
  #attributeFailures: UnitAttributeFailure[] = []
  #bytesWritten = 0
  #bytesCopied = 0
  #temporaries = 0
  #copyBuffer = Buffer.alloc(0)
  /** The one used last: the main thread holds all directories of a job open. */
  #directory = SafeDirectory.heldBy(-1)

  constructor(
    private readonly blocks: RestoreBlocks,
    private readonly hasher: ChunkHasher,
    private readonly temporaryPrefix: ByteString,
  ) {}

  write(job: WriteJob): WriteResult {
    this.#job = job
    this.#failures = []
    this.#attributeFailures = []
    this.#bytesWritten = 0
    this.#bytesCopied = 0
    this.blocks.begin(job.blocks, chunksIn(job.segments))
    const files = job.files.names.length
    const strips = job.strips.length / stripColumns
    for (let unit = 0; unit < files + strips; unit++) {
      try {
        if (unit < files) this.#makeFile(unit)
        else this.#writeStrip(unit - files)
      } catch (error) {
        this.#failed(unit, error)
      }
    }
    return {
      failures: this.#failures,
      attributeFailures: this.#attributeFailures,
      bytesWritten: this.#bytesWritten,
      bytesCopied: this.#bytesCopied,
    }
  }

  /** A full disk ends the job; what concerns one file only is noted. */
  #failed(unit: number, error: unknown): void {
    if (error instanceof VarveError && (error.code === 'no-space' || error.code === 'read-only')) throw error
    const kind = error instanceof ChunkError ? 'data' : 'target'
    if (kind === 'target' && errorCodeOf(error) === '') throw error
    this.#failures.push({ unit, kind, message: reasonOf(error instanceof ChunkError ? error.cause : error) })
  }

  /** Complete with its attributes before it gets its name, or before it loses the mode that says that it is not. */
  #makeFile(file: number): void {
    const { names, numbers } = this.#job.files
    const row = file * fileColumns
    const directory = this.#directoryOf(numbers[row]!)
    const name = names[file]!
    const way = numbers[row + 4]!
    const made =
      way === FileWay.direct ? name : (`${this.temporaryPrefix}${this.#temporaries++}` as ByteString)
    const fd = directory.createNewFile(made, unfinishedMode)
    let isOpen = true
    try {
      this.#fill(fd, row, way === FileWay.replaces ? name : undefined)
      this.#setAttributes(fd, file)
      isOpen = false
      closeNewFile(fd)
      if (made !== name) directory.rename(made, directory, name)
    } catch (error) {
      if (isOpen) closeNewFile(fd)
      discard(directory, made)
      throw error
    }
  }

  /** `old`: the name of a file that chunks may be taken from. */
  #fill(fd: number, row: number, old: ByteString | undefined): void {
    const { numbers } = this.#job.files
    const first = numbers[row + 1]!
    const end = numbers[row + 2]!
    const sizeBytes = numbers[row + 3]!
    let oldFd = -1
    try {
      if (old !== undefined && this.#copies(first, end)) oldFd = this.#directory.openFile(old)
      const written = this.#writeSegments(fd, oldFd, first, end)
      if (written < sizeBytes) writing(noPath, () => ftruncateSync(fd, sizeBytes))
    } finally {
      if (oldFd >= 0) closeSync(oldFd)
    }
  }

  #setAttributes(fd: number, file: number): void {
    const { numbers, mtimes, xattrs: allXattrs } = this.#job.files
    const row = file * fileColumns
    const mode = numbers[row + 5]!
    const uid = numbers[row + 6]!
    const gid = numbers[row + 7]!
    const mtimeNs = mtimes[file]!
    const xattrs = allXattrs[file]
    if (uid === -1 && gid === -1 && xattrs === undefined && setPlainAttributes(fd, mode, mtimeNs)) return
    setAttributes(fd, file, { mode, uid, gid, mtimeNs, xattrs }, this.#attributeFailures)
  }

  #writeStrip(strip: number): void {
    const { strips } = this.#job
    const row = strip * stripColumns
    this.#writeSegments(strips[row]!, strips[row + 1]!, strips[row + 2]!, strips[row + 3]!)
  }

  #copies(first: number, end: number): boolean {
    for (let segment = first; segment < end; segment++)
      if (this.#job.segments[segment * segmentColumns] === SegmentSource.copy) return true
    return false
  }

  /** Returns the end of what was written. */
  #writeSegments(fd: number, old: number, first: number, end: number): number {
    const rows = this.#job.segments
    let written = 0
    for (let segment = first; segment < end; segment++) {
      const row = segment * segmentColumns
      const source = rows[row]!
      const index = rows[row + 1]!
      const length = rows[row + 3]!
      const offset = rows[row + 4]!
      if (source === SegmentSource.zeros) written = this.#writeZeros(fd, length, offset)
      else if (source === SegmentSource.copy) written = this.#copy(fd, old, index, length, offset)
      else {
        const { bytes, start } = this.#chunk(index)
        written = this.#writeBytes(fd, bytes, start + rows[row + 2]!, length, offset, written)
        this.#bytesWritten += length
      }
    }
    return written
  }

  #chunk(index: number): OpenedChunk {
    try {
      return this.blocks.chunk(index)
    } catch (cause) {
      throw new ChunkError('chunk', { cause })
    }
  }

  #writeBytes(
    fd: number,
    bytes: Buffer,
    start: number,
    length: number,
    offset: number,
    before: number,
  ): number {
    if (!this.#job.sparse) {
      writeAll(fd, bytes, start, length, offset)
      return offset + length
    }
    let written = before
    for (const [from, to] of rangesOfData(bytes, start, length, offset)) {
      writeAll(fd, bytes, start + from, to - from, offset + from)
      written = offset + to
    }
    return written
  }

  #writeZeros(fd: number, length: number, offset: number): number {
    for (let done = 0; done < length; done += zeros.length) {
      const part = Math.min(zeros.length, length - done)
      writeAll(fd, zeros, 0, part, offset + done)
    }
    this.#bytesWritten += length
    return offset + length
  }

  /** What was right a moment ago is proved again: somebody may write to the old file meanwhile. */
  #copy(fd: number, old: number, index: number, length: number, offset: number): number {
    if (this.#copyBuffer.length < marginBytes + length) this.#copyBuffer = Buffer.alloc(marginBytes + length)
    const bytes = this.#copyBuffer
    const end = marginBytes + length
    const id = this.#job.copyIds.subarray(idSizeBytes * index, idSizeBytes * (index + 1))
    const isWhole = readInto(old, bytes.subarray(marginBytes, end), offset) === length
    if (!isWhole || Buffer.compare(this.hasher.idOf(ChunkKind.data, bytes, marginBytes, end), id) !== 0)
      throw new ChunkError('chunk', {
        cause: new CorruptError('the file', 'changed while it was compared'),
      })
    this.#bytesCopied += length
    return this.#writeBytes(fd, bytes, marginBytes, length, offset, 0)
  }

  #directoryOf(fd: number): SafeDirectory {
    if (this.#directory.fd !== fd) this.#directory = SafeDirectory.heldBy(fd)
    return this.#directory
  }
}

function* chunksIn(segments: SegmentRows): Generator<number, void, undefined> {
  for (let row = 0; row < segments.length; row += segmentColumns)
    if (segments[row] === SegmentSource.chunk) yield segments[row + 1]!
}

/** What went wrong before is what must be told. */
const discard = (directory: SafeDirectory, temporary: ByteString): void => {
  try {
    directory.unlink(temporary)
  } catch {
    // The next restore removes it.
  }
}

const noPath = '' as ByteString

/** A chunk could not be had; another place may have it. */
class ChunkError extends Error {}
