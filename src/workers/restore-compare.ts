import type { ByteString } from '../bytes/byte-string.js'
import type { ChunkHasher } from '../crypto/chunk-id.js'
import { nextRegion } from '../filesystem/data-regions.js'
import { closeFile, readInto } from '../filesystem/read-file.js'
import { SafeDirectory } from '../filesystem/safe-directory.js'
import { fstatOf, type Stat } from '../filesystem/stat.js'
import { errorCodeOf } from '../filesystem/system-error.js'
import { ChunkKind } from '../format/ids.js'
import { idSizeBytes } from '../format/limits.js'
import { type CompareJob, type CompareResult, comparedColumns } from './restore-jobs.js'

const marginBytes = 128
const zeros = Buffer.alloc(64 * 1024)

/** Reads files on the disk and tells which of their pieces are those of the snapshot. Writes nothing. */
export class RestoreComparer {
  #buffer = Buffer.alloc(marginBytes + 1024 * 1024)

  constructor(private readonly hasher: ChunkHasher) {}

  compare(job: CompareJob): CompareResult {
    const matches = new Uint8Array(job.ids.length / idSizeBytes)
    const sizes = new Float64Array(job.names.length).fill(-1)
    job.names.forEach((name, file) => {
      try {
        sizes[file] = this.#compareFile(job, file, name, matches)
      } catch (error) {
        if (errorCodeOf(error) === '') throw error
      }
    })
    return { matches, sizes }
  }

  #compareFile(job: CompareJob, file: number, name: ByteString, matches: Uint8Array): number {
    const [directoryFd, first, end] = job.files.subarray(file * comparedColumns)
    const fd = SafeDirectory.heldBy(directoryFd!).openFile(name)
    try {
      const stat = fstatOf(fd)
      if (stat.type !== 'file') return -1
      for (let piece = first!; piece < end!; piece++)
        if (this.#isRight(job, piece, fd, stat)) matches[piece] = 1
      return stat.sizeBytes
    } finally {
      closeFile(fd)
    }
  }

  #isRight({ pieces, ids }: CompareJob, piece: number, fd: number, stat: Stat): boolean {
    const offset = pieces[2 * piece]!
    const length = pieces[2 * piece + 1]!
    if (offset + length > stat.sizeBytes) return false
    const id = ids.subarray(idSizeBytes * piece, idSizeBytes * (piece + 1))
    if (isNoId(id)) return this.#isZeros(fd, stat, offset, offset + length)
    const end = marginBytes + length
    if (this.#buffer.length < end) this.#buffer = Buffer.alloc(end)
    if (readInto(fd, this.#buffer.subarray(marginBytes, end), offset) < length) return false
    return Buffer.compare(this.hasher.idOf(ChunkKind.data, this.#buffer, marginBytes, end), id) === 0
  }

  /** Holes are passed over where the file system tells. */
  #isZeros(fd: number, stat: Stat, start: number, end: number): boolean {
    for (let at = start; at < end; ) {
      const region = nextRegion(fd, stat, at)
      if (region.start >= end) return true
      const regionEnd = Math.min(region.end, end)
      for (at = Math.max(at, region.start); at < regionEnd; ) {
        const length = Math.min(zeros.length, regionEnd - at)
        const read = this.#buffer.subarray(0, length)
        if (readInto(fd, read, at) < length || zeros.compare(read, 0, length, 0, length) !== 0) return false
        at += length
      }
    }
    return true
  }
}

const isNoId = (id: Uint8Array): boolean => id.every((byte) => byte === 0)
