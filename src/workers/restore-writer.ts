import type { ByteString } from '../bytes/byte-string.js'
import type { ChunkHasher } from '../crypto/chunk-id.js'
import { CorruptError, VarveError } from '../errors.js'
import { readInto } from '../filesystem/read-file.js'
import { errorCodeOf } from '../filesystem/system-error.js'
import { ChunkKind } from '../format/ids.js'
import { idSizeBytes } from '../format/limits.js'
import type { RestoreBlocks } from './restore-blocks.js'
import { reasonOf, writeAll } from './restore-file.js'
import { rangesOfData } from './restore-holes.js'
import { JobFiles } from './restore-job-files.js'
import {
  type FileFailure,
  PieceSource,
  pieceColumns,
  type WriteJob,
  type WriteResult,
} from './restore-jobs.js'

const zeros = Buffer.alloc(256 * 1024)
const marginBytes = 128

/** Writes the pieces of a job's blocks, block by block, into the files that they belong to. */
export class RestoreWriter {
  #job!: WriteJob
  #files!: JobFiles
  #failures: FileFailure[] = []
  #bytesWritten = 0
  #bytesCopied = 0
  #copyBuffer = Buffer.alloc(0)
  readonly #nextTemporary: () => ByteString

  constructor(
    private readonly blocks: RestoreBlocks,
    private readonly hasher: ChunkHasher,
    temporaryPrefix: ByteString,
  ) {
    let temporaries = 0
    this.#nextTemporary = () => `${temporaryPrefix}${temporaries++}` as ByteString
  }

  write(job: WriteJob): WriteResult {
    this.#job = job
    this.#files = new JobFiles(job.files, this.#nextTemporary)
    this.#failures = []
    this.#bytesWritten = 0
    this.#bytesCopied = 0
    this.blocks.begin(job.blocks)
    try {
      this.#writeRange(0, job.ends[0]!)
      for (let block = 0; block + 1 < job.ends.length; block++)
        this.#writeBlock(block, job.ends[block]!, job.ends[block + 1]!)
    } finally {
      this.#files.discardOpen()
    }
    return {
      failures: this.#failures,
      attributeFailures: this.#files.attributeFailures,
      bytesWritten: this.#bytesWritten,
      bytesCopied: this.#bytesCopied,
    }
  }

  #writeBlock(block: number, first: number, end: number): void {
    const { pieces } = this.#job
    let chunks = 0
    for (let row = first * pieceColumns; row < end * pieceColumns; row += pieceColumns)
      if (pieces[row] === PieceSource.chunk) chunks = Math.max(chunks, pieces[row + 1]! + 1)
    this.blocks.enter(block, chunks)
    this.#writeRange(first, end)
  }

  #writeRange(first: number, end: number): void {
    const { pieces } = this.#job
    for (let piece = first; piece < end; ) {
      const file = pieces[piece * pieceColumns + 5]!
      let next = piece + 1
      while (next < end && pieces[next * pieceColumns + 5] === file) next++
      if (!this.#files.hasFailed(file)) this.#writeTo(file, piece, next)
      piece = next
    }
  }

  #writeTo(file: number, first: number, end: number): void {
    try {
      const fd = this.#files.open(file)
      this.#files.wrote(file, end - first, this.#writePieces(file, fd, first, end))
    } catch (error) {
      this.#files.fail(file)
      this.#failed(file, error)
    }
  }

  /** A full disk ends the job; what concerns one file only is noted. */
  #failed(file: number, error: unknown): void {
    if (error instanceof VarveError && (error.code === 'no-space' || error.code === 'read-only')) throw error
    if (error instanceof ChunkError) {
      this.#failures.push({ file, kind: 'data', message: reasonOf(error.cause) })
      return
    }
    const code = errorCodeOf(error)
    if (code === '') throw error
    const kind = code === 'EMFILE' || code === 'ENFILE' ? 'crowded' : 'target'
    this.#failures.push({ file, kind, message: reasonOf(error) })
  }

  /** Pieces that follow one another in the block and in the file are written at once. Returns the end of what was written. */
  #writePieces(file: number, fd: number, first: number, end: number): number {
    const { pieces, ids, sparse } = this.#job
    let written = 0
    let runStart = 0
    let runOffset = 0
    let runLength = 0
    for (let piece = first; piece < end; piece++) {
      const row = piece * pieceColumns
      const source = pieces[row]!
      const length = pieces[row + 3]!
      const offset = pieces[row + 4]!
      if (source === PieceSource.zeros) written = Math.max(written, this.#writeZeros(fd, length, offset))
      else if (source === PieceSource.copy)
        written = Math.max(written, this.#copy(fd, this.#files.old(file), piece, length, offset))
      else {
        const start = this.#chunk(pieces[row + 1]!, ids, piece * idSizeBytes) + pieces[row + 2]!
        const joins = !sparse && start === runStart + runLength && offset === runOffset + runLength
        if (joins && runLength > 0) runLength += length
        else {
          if (runLength > 0)
            written = Math.max(written, this.#writeChunks(fd, runStart, runLength, runOffset))
          runStart = start
          runOffset = offset
          runLength = length
        }
      }
    }
    if (runLength > 0) written = Math.max(written, this.#writeChunks(fd, runStart, runLength, runOffset))
    return written
  }

  #chunk(chunk: number, ids: Uint8Array, at: number): number {
    try {
      return this.blocks.start(chunk, ids, at)
    } catch (cause) {
      throw new ChunkError('chunk', { cause })
    }
  }

  #writeChunks(fd: number, start: number, length: number, offset: number): number {
    this.#bytesWritten += length
    return this.#writeBytes(fd, this.blocks.bytes(), start, length, offset)
  }

  #writeBytes(fd: number, bytes: Buffer, start: number, length: number, offset: number): number {
    if (!this.#job.sparse) {
      writeAll(fd, bytes, start, length, offset)
      return offset + length
    }
    let written = 0
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
  #copy(fd: number, old: number, piece: number, length: number, offset: number): number {
    if (this.#copyBuffer.length < marginBytes + length) this.#copyBuffer = Buffer.alloc(marginBytes + length)
    const bytes = this.#copyBuffer
    const end = marginBytes + length
    const id = this.#job.ids.subarray(idSizeBytes * piece, idSizeBytes * (piece + 1))
    const isWhole = readInto(old, bytes.subarray(marginBytes, end), offset) === length
    if (!isWhole || Buffer.compare(this.hasher.idOf(ChunkKind.data, bytes, marginBytes, end), id) !== 0)
      throw new ChunkError('chunk', {
        cause: new CorruptError('the file', 'changed while it was compared'),
      })
    this.#bytesCopied += length
    return this.#writeBytes(fd, bytes, marginBytes, length, offset)
  }
}

/** A chunk could not be had; another place may have it. */
class ChunkError extends Error {}
