import { CorruptError } from '../errors.js'
import { compareEntries, ENTRY_BYTES } from './entry.js'
import { readWhole } from './read-whole.js'
import { entriesInPage, isPageIntact, PAGE_BYTES } from './run-page.js'

const PAGES_PER_READ = 256

/** A walk over entries in order. After `next()` gave true the entry stands at `offset` of `bytes`. */
export interface EntryCursor {
  readonly bytes: Uint8Array
  readonly offset: number
  next(): boolean
}

/** Walks a run in big reads and checks every page. Throws CorruptError where a page is damaged. */
export class RunCursor implements EntryCursor {
  readonly bytes: Uint8Array
  offset = 0
  readonly #fd: number
  readonly #entryCount: number
  readonly #fence: Float64Array
  #page = -1
  #index = 0
  #inPage = 0
  #firstBuffered = 0
  #endBuffered = 0

  constructor(fd: number, entryCount: number, fence: Float64Array) {
    this.#fd = fd
    this.#entryCount = entryCount
    this.#fence = fence
    this.bytes = new Uint8Array(Math.min(PAGES_PER_READ, fence.length) * PAGE_BYTES)
  }

  next(): boolean {
    if (++this.#index < this.#inPage) {
      this.offset += ENTRY_BYTES
      return true
    }
    return this.nextPage() > 0
  }

  /** Moves to the next page and gives the number of its entries, the first of them at `offset`; 0 at the end. */
  nextPage(): number {
    if (++this.#page >= this.#fence.length) return 0
    if (this.#page === this.#endBuffered) this.#read()
    this.offset = (this.#page - this.#firstBuffered) * PAGE_BYTES
    if (!isPageIntact(this.bytes, this.offset, this.#page, this.#fence[this.#page]!)) this.#damaged()
    this.#index = 0
    this.#inPage = entriesInPage(this.#entryCount, this.#page)
    return this.#inPage
  }

  #read(): void {
    const count = Math.min(PAGES_PER_READ, this.#fence.length - this.#page)
    const target = this.bytes.subarray(0, count * PAGE_BYTES)
    if (!readWhole(this.#fd, target, this.#page * PAGE_BYTES)) this.#damaged()
    this.#firstBuffered = this.#page
    this.#endBuffered = this.#page + count
  }

  #damaged(): never {
    throw new CorruptError('local index', `page ${this.#page} of a run is damaged`)
  }
}

/** Walks sorted entries that are in memory, each of them once however often it is there. */
export class MemoryCursor implements EntryCursor {
  readonly bytes: Uint8Array
  offset = -ENTRY_BYTES

  constructor(entries: Uint8Array) {
    this.bytes = entries
  }

  next(): boolean {
    const previous = this.offset
    do this.offset += ENTRY_BYTES
    while (this.#repeats(previous))
    return this.offset < this.bytes.length
  }

  #repeats(previous: number): boolean {
    if (previous < 0 || this.offset >= this.bytes.length) return false
    return compareEntries(this.bytes, previous, this.bytes, this.offset) === 0
  }
}
