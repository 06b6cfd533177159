import { closeSync, ftruncateSync } from 'node:fs'
import type { ByteString } from '../bytes/byte-string.js'
import type { ChunkHasher } from '../crypto/chunk-id.js'
import { CorruptError, VarveError } from '../errors.js'
import { readInto } from '../filesystem/read-file.js'
import { SafeDirectory } from '../filesystem/safe-directory.js'
import { errorCodeOf, writing } from '../filesystem/system-error.js'
import { ChunkKind } from '../format/ids.js'
import { idSizeBytes } from '../format/limits.js'
import type { RestoreBlocks } from './restore-blocks.js'
import { reasonOf, setAttributes, writeAll } from './restore-file.js'
import { rangesOfData } from './restore-holes.js'
import {
  fileColumns,
  SegmentSource,
  segmentColumns,
  stripColumns,
  type UnitAttributeFailure,
  type UnitFailure,
  type WriteJob,
  type WriteResult,
} from './restore-jobs.js'

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
  /** By the main thread's descriptor: the directory opened again, for the time of a job. */
  readonly #directories = new Map<number, SafeDirectory>()

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
    this.blocks.begin(job.blocks)
    try {
      const files = job.files.names.length
      for (let file = 0; file < files; file++) this.#attempt(file, () => this.#makeFile(file))
      const strips = job.strips.length / stripColumns
      for (let strip = 0; strip < strips; strip++) this.#attempt(files + strip, () => this.#writeStrip(strip))
    } finally {
      for (const directory of this.#directories.values()) directory.close()
      this.#directories.clear()
    }
    return {
      failures: this.#failures,
      attributeFailures: this.#attributeFailures,
      bytesWritten: this.#bytesWritten,
      bytesCopied: this.#bytesCopied,
    }
  }

  /** A full disk ends the job; what concerns one file only is noted. */
  #attempt(unit: number, work: () => void): void {
    try {
      work()
    } catch (error) {
      if (error instanceof VarveError && (error.code === 'no-space' || error.code === 'read-only'))
        throw error
      const kind = error instanceof ChunkError ? 'data' : 'target'
      if (kind === 'target' && errorCodeOf(error) === '') throw error
      this.#failures.push({
        unit,
        kind,
        message: reasonOf(error instanceof ChunkError ? error.cause : error),
      })
    }
  }

  /** Complete with its attributes before it gets its name. */
  #makeFile(file: number): void {
    const { names, numbers, attributes } = this.#job.files
    const row = file * fileColumns
    const directory = this.#directoryOf(numbers[row]!)
    const name = names[file]!
    const temporary = `${this.temporaryPrefix}${this.#temporaries++}` as ByteString
    const fd = directory.createFile(temporary)
    let isOpen = true
    try {
      const from = numbers[row + 4] === 1 ? () => directory.openFile(name) : undefined
      this.#fill(fd, numbers[row + 1]!, numbers[row + 2]!, numbers[row + 3]!, from)
      setAttributes(fd, file, attributes[file]!, this.#attributeFailures)
      isOpen = false
      closeSync(fd)
      directory.rename(temporary, directory, name)
    } catch (error) {
      if (isOpen) closeSync(fd)
      discard(directory, temporary)
      throw error
    }
  }

  #fill(
    fd: number,
    first: number,
    end: number,
    sizeBytes: number,
    openOld: (() => number) | undefined,
  ): void {
    let old = -1
    try {
      if (openOld !== undefined && this.#copies(first, end)) old = openOld()
      const written = this.#writeSegments(fd, old, first, end)
      if (written < sizeBytes) writing(noPath, () => ftruncateSync(fd, sizeBytes))
    } finally {
      if (old >= 0) closeSync(old)
    }
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
        const { bytes, start } = chunkOf(() => this.blocks.chunk(index))
        written = this.#writeBytes(fd, bytes, start + rows[row + 2]!, length, offset, written)
        this.#bytesWritten += length
      }
    }
    return written
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
      writing(noPath, () => writeAll(fd, bytes, start, length, offset))
      return offset + length
    }
    let written = before
    for (const [from, to] of rangesOfData(bytes, start, length, offset)) {
      writing(noPath, () => writeAll(fd, bytes, start + from, to - from, offset + from))
      written = offset + to
    }
    return written
  }

  #writeZeros(fd: number, length: number, offset: number): number {
    for (let done = 0; done < length; done += zeros.length) {
      const part = Math.min(zeros.length, length - done)
      writing(noPath, () => writeAll(fd, zeros, 0, part, offset + done))
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
    chunkOf(() => {
      const same = readInto(old, bytes.subarray(marginBytes, end), offset) === length
      if (!same || Buffer.compare(this.hasher.idOf(ChunkKind.data, bytes, marginBytes, end), id) !== 0)
        throw new CorruptError('the file', 'changed while it was compared')
    })
    this.#bytesCopied += length
    return this.#writeBytes(fd, bytes, marginBytes, length, offset, 0)
  }

  #directoryOf(fd: number): SafeDirectory {
    let directory = this.#directories.get(fd)
    if (directory === undefined) {
      directory = SafeDirectory.open(`/proc/self/fd/${fd}` as ByteString)
      this.#directories.set(fd, directory)
    }
    return directory
  }
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

const chunkOf = <T>(get: () => T): T => {
  try {
    return get()
  } catch (cause) {
    throw new ChunkError('chunk', { cause })
  }
}
