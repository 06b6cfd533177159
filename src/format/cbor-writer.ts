import assert from 'node:assert/strict'
import type { ByteString } from '../bytes/byte-string.js'
import { MajorType } from './cbor-reader.js'

const headMaxBytes = 9
/** Below this a loop is faster than the call into native code. */
const nativeFromBytes = 64

/** Writes canonical CBOR (docs/FORMAT.md §1) into one growing buffer that is used again and again. */
export class CborWriter {
  #buffer: Buffer
  #at = 0

  constructor(capacityBytes = 4096) {
    this.#buffer = Buffer.allocUnsafe(capacityBytes)
  }

  get sizeBytes(): number {
    return this.#at
  }

  /** Forgets what was written. */
  clear(): void {
    this.#at = 0
  }

  /** A copy of what was written. */
  bytes(): Buffer {
    const copy = Buffer.allocUnsafe(this.#at)
    this.#buffer.copy(copy, 0, 0, this.#at)
    return copy
  }

  /** The same with what `head` wrote before it. */
  bytesAfter(head: CborWriter): Buffer {
    return Buffer.concat([head.#buffer.subarray(0, head.#at), this.#buffer.subarray(0, this.#at)])
  }

  uint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) assert.fail(`${value} is no unsigned integer of a record`)
    this.#head(MajorType.uint, value)
  }

  int(value: number): void {
    if (!Number.isSafeInteger(value)) assert.fail(`${value} is no integer of a record`)
    if (value < 0) this.#head(MajorType.negative, -1 - value)
    else this.#head(MajorType.uint, value)
  }

  arrayHead(length: number): void {
    this.#head(MajorType.array, length)
  }

  byteString(value: ByteString, from = 0): void {
    const length = value.length - from
    this.#head(MajorType.bytes, length)
    this.#reserve(length)
    if (length < nativeFromBytes)
      for (let i = 0; i < length; i++) this.#buffer[this.#at + i] = value.charCodeAt(from + i)
    else this.#buffer.write(from === 0 ? value : value.slice(from), this.#at, 'latin1')
    this.#at += length
  }

  bytesItem(value: Uint8Array): void {
    this.#head(MajorType.bytes, value.byteLength)
    this.raw(value)
  }

  boolean(value: boolean): void {
    this.raw(Uint8Array.of(value ? 0xf5 : 0xf4))
  }

  null(): void {
    this.#reserve(1)
    this.#buffer[this.#at++] = 0xf6
  }

  /** Bytes that are encoded already. */
  raw(encoded: Uint8Array): void {
    const length = encoded.length
    this.#reserve(length)
    if (length < nativeFromBytes) for (let i = 0; i < length; i++) this.#buffer[this.#at + i] = encoded[i]!
    else this.#buffer.set(encoded, this.#at)
    this.#at += length
  }

  #reserve(sizeBytes: number): void {
    if (this.#at + sizeBytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(2 * (this.#at + sizeBytes))
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }

  #head(major: number, value: number): void {
    this.#reserve(headMaxBytes)
    const buffer = this.#buffer
    const top = major << 5
    if (value < 24) {
      buffer[this.#at++] = top | value
    } else if (value < 0x100) {
      buffer[this.#at++] = top | 24
      buffer[this.#at++] = value
    } else if (value < 0x1_0000) {
      buffer[this.#at++] = top | 25
      buffer[this.#at++] = value >>> 8
      buffer[this.#at++] = value
    } else if (value < 0x1_0000_0000) {
      buffer[this.#at++] = top | 26
      this.#word(value)
    } else {
      buffer[this.#at++] = top | 27
      this.#word(Math.floor(value / 0x1_0000_0000))
      this.#word(value)
    }
  }

  #word(value: number): void {
    const buffer = this.#buffer
    buffer[this.#at++] = value >>> 24
    buffer[this.#at++] = value >>> 16
    buffer[this.#at++] = value >>> 8
    buffer[this.#at++] = value
  }
}

/** How many bytes the head of an item takes whose number or length is `value`. */
export const cborHeadSizeBytes = (value: number): number => {
  if (value < 24) return 1
  if (value < 0x100) return 2
  if (value < 0x1_0000) return 3
  return value < 0x1_0000_0000 ? 5 : 9
}
