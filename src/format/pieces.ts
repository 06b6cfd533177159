import assert from 'node:assert/strict'
import { CorruptError } from '../errors.js'
import { bufferView } from './buffer-view.js'
import type { ChunkId } from './ids.js'
import { chunkMaxBytes, idSizeBytes } from './limits.js'

const chunkPieceBytes = 3 + idSizeBytes
const extentPieceBytes = 3 + 8
const twoTo32 = 0x1_0000_0000
const safeHighMax = 0x1f_ffff

/** Packs pieces (docs/FORMAT.md §7) into a growing buffer; extents that touch become one. */
export class PieceWriter {
  #buffer: Buffer
  #at = 0
  #lastExtentAt = -1
  #lastExtentBytes = 0
  #count = 0
  #coveredBytes = 0

  constructor(capacityBytes = 1024) {
    this.#buffer = Buffer.allocUnsafe(capacityBytes)
  }

  get sizeBytes(): number {
    return this.#at
  }

  get count(): number {
    return this.#count
  }

  /** Bytes of the file that the pieces stand for. */
  get coveredBytes(): number {
    return this.#coveredBytes
  }

  /** `id` may stand anywhere in a larger buffer, at `idAt`. */
  appendChunk(id: Uint8Array, lengthBytes: number, idAt = 0): void {
    assert.ok(lengthBytes > 0 && lengthBytes <= chunkMaxBytes)
    this.#reserve(chunkPieceBytes)
    this.#buffer.writeUIntLE(lengthBytes, this.#at, 3)
    for (let index = 0; index < idSizeBytes; index++) this.#buffer[this.#at + 3 + index] = id[idAt + index]!
    this.#at += chunkPieceBytes
    this.#lastExtentAt = -1
    this.#count++
    this.#coveredBytes += lengthBytes
  }

  appendExtent(lengthBytes: number): void {
    assert.ok(Number.isSafeInteger(lengthBytes) && lengthBytes > 0)
    if (this.#lastExtentAt < 0) {
      this.#reserve(extentPieceBytes)
      this.#lastExtentAt = this.#at
      this.#lastExtentBytes = 0
      this.#buffer.fill(0, this.#at, this.#at + 3)
      this.#at += extentPieceBytes
      this.#count++
    }
    this.#lastExtentBytes += lengthBytes
    writeSafeU64(this.#buffer, this.#lastExtentBytes, this.#lastExtentAt + 3)
    this.#coveredBytes += lengthBytes
  }

  /** Appends what a cursor stands on. */
  append(piece: PieceCursor): void {
    if (piece.isExtent) this.appendExtent(piece.lengthBytes)
    else this.appendChunk(piece.bytes, piece.lengthBytes, piece.idAt)
  }

  /** What follows belongs to another file: its first extent is not joined to this one's last. */
  endSequence(): void {
    this.#lastExtentAt = -1
  }

  clear(): void {
    this.#at = 0
    this.#lastExtentAt = -1
    this.#count = 0
    this.#coveredBytes = 0
  }

  /** A copy of what was packed. */
  bytes(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#at))
  }

  #reserve(sizeBytes: number): void {
    if (this.#at + sizeBytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(2 * (this.#at + sizeBytes))
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }
}

/** Goes over packed pieces without making an object for each. Errors of `next`: `corrupt`. */
export class PieceCursor {
  readonly bytes: Buffer
  /** Where the piece's id stands in `bytes`; meaningless for an extent. */
  idAt = 0
  lengthBytes = 0
  isExtent = false
  readonly #objectName: string
  #next: number
  readonly #end: number

  constructor(bytes: Uint8Array, objectName: string, start = 0, end = bytes.byteLength) {
    this.bytes = bufferView(bytes)
    this.#objectName = objectName
    this.#next = start
    this.#end = end
  }

  /** Where the next piece begins. */
  get offset(): number {
    return this.#next
  }

  /** A view of the chunk's id. */
  get id(): ChunkId {
    return this.bytes.subarray(this.idAt, this.idAt + idSizeBytes) as Uint8Array as ChunkId
  }

  /** Steps to the next piece; false at the end. */
  next(): boolean {
    const at = this.#next
    if (at === this.#end) return false
    const bytes = this.bytes
    if (at + extentPieceBytes > this.#end) throw this.#corrupt('are cut off')
    const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    if (length === 0) return this.#extent(at)
    if (length > chunkMaxBytes) throw this.#corrupt('have a chunk that is too long')
    if (at + chunkPieceBytes > this.#end) throw this.#corrupt('are cut off')
    this.lengthBytes = length
    this.isExtent = false
    this.idAt = at + 3
    this.#next = at + chunkPieceBytes
    return true
  }

  #extent(at: number): boolean {
    if (this.isExtent) throw this.#corrupt('have adjacent extents')
    const length = readSafeU64(this.bytes, at + 3)
    if (length <= 0) throw this.#corrupt('have an extent of impossible length')
    this.lengthBytes = length
    this.isExtent = true
    this.#next = at + extentPieceBytes
    return true
  }

  #corrupt(what: string): CorruptError {
    return new CorruptError(this.#objectName, `has pieces that ${what}`)
  }
}

export interface PieceTotals {
  readonly count: number
  readonly coveredBytes: number
}

/** Checks packed pieces and adds them up. Errors: `corrupt`. */
export function totalsOfPieces(
  bytes: Uint8Array,
  objectName: string,
  start = 0,
  end = bytes.byteLength,
): PieceTotals {
  const cursor = new PieceCursor(bytes, objectName, start, end)
  let count = 0
  let coveredBytes = 0
  while (cursor.next()) {
    count++
    coveredBytes += cursor.lengthBytes
  }
  if (coveredBytes > Number.MAX_SAFE_INTEGER)
    throw new CorruptError(objectName, 'has pieces that are too long')
  return { count, coveredBytes }
}

/** Below 2^53. */
export function writeSafeU64(target: Buffer, value: number, at: number): void {
  target.writeUInt32LE(value % twoTo32, at)
  target.writeUInt32LE(Math.floor(value / twoTo32), at + 4)
}

/** -1 where the value is 2^53 or more. */
export function readSafeU64(bytes: Buffer, at: number): number {
  const high = bytes.readUInt32LE(at + 4)
  return high > safeHighMax ? -1 : high * twoTo32 + bytes.readUInt32LE(at)
}
