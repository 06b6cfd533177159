import { crc32 } from 'node:zlib'
import { ENTRIES_PER_PAGE, PAGE_BYTES } from './run-page.js'

/**
 * A run file: pages, then the fence (8 bytes a page), then a footer of 64 bytes, so that one read of the end opens it.
 *
 *   0  4  magic
 *   4  4  version
 *   8  4  number of entries
 *  12  4  CRC-32 of the fence
 *  16 44  zero
 *  60  4  CRC-32 of the first 60 bytes of the footer
 *
 * Words and fence are in the machine's own byte order: the file never leaves it, and a foreign magic does not match.
 */
export const FOOTER_BYTES = 64
export const FENCE_BYTES_PER_PAGE = 8
const MAGIC = 0x76727631
const VERSION = 1

export interface RunEnd {
  readonly entryCount: number
  /** For each page the first 53 bits of its first id. */
  readonly fence: Float64Array
}

export const encodeRunEnd = (entryCount: number, fence: Float64Array): Uint8Array => {
  const fenceBytes = new Uint8Array(fence.buffer, fence.byteOffset, fence.byteLength)
  const end = new Uint8Array(fenceBytes.length + FOOTER_BYTES)
  end.set(fenceBytes)
  const words = new Uint32Array(end.buffer, fenceBytes.length, FOOTER_BYTES / 4)
  words[0] = MAGIC
  words[1] = VERSION
  words[2] = entryCount
  words[3] = crc32(fenceBytes)
  words[15] = crc32(end.subarray(fenceBytes.length, end.length - 4))
  return end
}

/** How many pages a file of this size has, or undefined when no run has this size. */
export const pageCountOf = (sizeBytes: number): number | undefined => {
  const pages = (sizeBytes - FOOTER_BYTES) / (PAGE_BYTES + FENCE_BYTES_PER_PAGE)
  return Number.isInteger(pages) && pages >= 0 ? pages : undefined
}

/** Reads what `encodeRunEnd` wrote, or undefined when it is damaged, foreign, or of another version. */
export const decodeRunEnd = (end: Uint8Array<ArrayBuffer>): RunEnd | undefined => {
  const fenceSizeBytes = end.length - FOOTER_BYTES
  const words = new Uint32Array(end.buffer, end.byteOffset + fenceSizeBytes, FOOTER_BYTES / 4)
  if (words[0] !== MAGIC || words[1] !== VERSION) return undefined
  if (words[15] !== crc32(end.subarray(fenceSizeBytes, end.length - 4))) return undefined
  if (words[3] !== crc32(end.subarray(0, fenceSizeBytes))) return undefined
  const fence = new Float64Array(end.buffer, end.byteOffset, fenceSizeBytes / FENCE_BYTES_PER_PAGE)
  const entryCount = words[2]!
  return Math.ceil(entryCount / ENTRIES_PER_PAGE) === fence.length ? { entryCount, fence } : undefined
}
