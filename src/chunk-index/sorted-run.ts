import { closeSync, fstatSync, openSync } from 'node:fs'
import { ENTRY_BYTES, KEY_RANGE, keyAt, wordAt } from './entry.js'
import { lowerBoundInFence } from './fence-search.js'
import { readWhole } from './read-whole.js'
import { RunCursor } from './run-cursor.js'
import { decodeRunEnd, FENCE_BYTES_PER_PAGE, FOOTER_BYTES, pageCountOf, type RunEnd } from './run-footer.js'
import { compareAt, entriesInPage, isPageIntact, lowerBoundInPage, PAGE_BYTES } from './run-page.js'

/**
 * One immutable sorted file of entries, opened read-only by each thread for itself. A lookup is a search in the fence and
 * one positioned read. Memory: 8 bytes a page for the fence, one bit for the check, so 0.05 bytes an entry.
 *
 * A page is checked when it is first read: its CRC costs as much as the read (bench/kernels/index.mjs), and the
 * file does not change afterwards. A damaged page holds nothing, and `damaged` says so; no lookup throws.
 */
export class SortedRun {
  readonly entryCount: number
  /** Where the last successful lookup pointed. */
  packOrdinal = 0
  location = 0
  /** Whether a lookup met a page that could not be read or was not as it was written. */
  damaged = false
  readonly #fd: number
  readonly #fence: Float64Array
  readonly #checked: Uint8Array
  readonly #page = new Uint8Array(PAGE_BYTES)
  readonly #view = new DataView(this.#page.buffer)
  #loaded = -1
  #index = 0
  #inPage = 0
  #key = KEY_RANGE
  #w0 = 0
  #w1 = 0
  #w2 = 0
  #w3 = 0

  private constructor(fd: number, { entryCount, fence }: RunEnd) {
    this.#fd = fd
    this.entryCount = entryCount
    this.#fence = fence
    this.#checked = new Uint8Array((fence.length + 7) >>> 3)
  }

  /** Gives undefined when the file is missing, cut short, damaged at its end, or not a run. */
  static open(path: string): SortedRun | undefined {
    let fd: number
    try {
      fd = openSync(path, 'r')
    } catch {
      return undefined
    }
    const end = readRunEnd(fd)
    if (end === undefined) closeSync(fd)
    return end && new SortedRun(fd, end)
  }

  /** Finds the first entry of the id whose bytes start at `offset`; `packOrdinal` and `location` then tell where. */
  lookup(id: Uint8Array, offset = 0): boolean {
    this.#w0 = wordAt(id, offset)
    this.#w1 = wordAt(id, offset + 4)
    this.#w2 = wordAt(id, offset + 8)
    this.#w3 = wordAt(id, offset + 12)
    this.#key = keyAt(id, offset)
    return this.#enter(Math.max(0, lowerBoundInFence(this.#fence, this.#key) - 1))
  }

  /** After a successful `lookup`: the next entry of the same id, such as that of a second pack that holds the chunk. */
  lookupNext(): boolean {
    this.#index++
    return this.#settle()
  }

  /** A walk over all entries, with reads of its own. */
  entries(): RunCursor {
    return new RunCursor(this.#fd, this.entryCount, this.#fence)
  }

  close(): void {
    closeSync(this.#fd)
  }

  #enter(page: number): boolean {
    if (page >= this.#fence.length || !this.#load(page)) return false
    this.#index = lowerBoundInPage(this.#view, this.#inPage, this.#w0, this.#w1, this.#w2, this.#w3)
    return this.#settle()
  }

  /** Whether the entry at the cursor is the wanted one; the end of a page is not the end of the run. */
  #settle(): boolean {
    if (this.#index === this.#inPage) {
      const next = this.#loaded + 1
      return next < this.#fence.length && this.#fence[next]! <= this.#key && this.#enter(next)
    }
    const at = this.#index * ENTRY_BYTES
    if (compareAt(this.#view, at, this.#w0, this.#w1, this.#w2, this.#w3) !== 0) return false
    this.packOrdinal = this.#view.getUint32(at + 16, true)
    this.location = this.#view.getUint32(at + 20, true)
    return true
  }

  #load(page: number): boolean {
    if (page === this.#loaded) return true
    this.#loaded = -1
    if (!this.#read(page)) {
      this.damaged = true
      return false
    }
    this.#loaded = page
    this.#inPage = entriesInPage(this.entryCount, page)
    return true
  }

  #read(page: number): boolean {
    try {
      if (!readWhole(this.#fd, this.#page, page * PAGE_BYTES)) return false
    } catch {
      return false
    }
    const bit = 1 << (page & 7)
    if ((this.#checked[page >>> 3]! & bit) !== 0) return true
    if (!isPageIntact(this.#page, 0, page, this.#fence[page]!)) return false
    this.#checked[page >>> 3]! |= bit
    return true
  }
}

const readRunEnd = (fd: number): RunEnd | undefined => {
  try {
    const pages = pageCountOf(fstatSync(fd).size)
    if (pages === undefined) return undefined
    const end = new Uint8Array(pages * FENCE_BYTES_PER_PAGE + FOOTER_BYTES)
    return readWhole(fd, end, pages * PAGE_BYTES) ? decodeRunEnd(end) : undefined
  } catch {
    return undefined
  }
}
