import { crc32 } from 'node:zlib'
import { ENTRY_BYTES, keyAt } from './entry.js'

/**
 * A page of a run: 170 entries, then a CRC-32 of them (u32 LE), then 12 zero bytes.
 * The CRC starts from the page's ordinal, so that an intact page in the wrong place is noticed as well.
 */
export const PAGE_BYTES = 4096
export const ENTRIES_PER_PAGE = 170
const ENTRIES_END = ENTRIES_PER_PAGE * ENTRY_BYTES

export const sealPage = (pages: Uint8Array, offset: number, pageOrdinal: number): void => {
  viewOf(pages).setUint32(offset + ENTRIES_END, checksumOf(pages, offset, pageOrdinal), true)
}

/** Whether a page is as it was written; `fenceKey` is what the fence says of its first entry. */
export const isPageIntact = (
  pages: Uint8Array,
  offset: number,
  pageOrdinal: number,
  fenceKey: number,
): boolean =>
  keyAt(pages, offset) === fenceKey &&
  viewOf(pages).getUint32(offset + ENTRIES_END, true) === checksumOf(pages, offset, pageOrdinal)

/** The first of the `count` entries of a page that is not before the prefix (w0, w1, w2, w3). */
export const lowerBoundInPage = (
  page: DataView,
  count: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): number => {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareAt(page, middle * ENTRY_BYTES, w0, w1, w2, w3) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Orders the prefix at `offset` against (w0, w1, w2, w3), which are big-endian words. */
export const compareAt = (
  page: DataView,
  offset: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): number =>
  page.getUint32(offset) - w0 ||
  page.getUint32(offset + 4) - w1 ||
  page.getUint32(offset + 8) - w2 ||
  page.getUint32(offset + 12) - w3

export const entriesInPage = (entryCount: number, pageOrdinal: number): number =>
  Math.min(ENTRIES_PER_PAGE, entryCount - pageOrdinal * ENTRIES_PER_PAGE)

const checksumOf = (pages: Uint8Array, offset: number, pageOrdinal: number): number =>
  crc32(pages.subarray(offset, offset + ENTRIES_END), pageOrdinal)

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
