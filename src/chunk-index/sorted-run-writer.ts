import assert from 'node:assert/strict'
import { ContentNamedFile } from './content-named-file.js'
import { ENTRY_BYTES, keyAt, packOrdinalAt, setPackOrdinalAt } from './entry.js'
import { encodeRunEnd } from './run-footer.js'
import { ENTRIES_PER_PAGE, PAGE_BYTES, sealPage } from './run-page.js'

const BUFFERED_PAGES = 256

export interface WrittenRun {
  readonly name: string
  readonly entryCount: number
}

/** Writes a run from entries that come in the order of their ids. */
export class SortedRunWriter {
  readonly #file: ContentNamedFile
  readonly #pages = new Uint8Array(BUFFERED_PAGES * PAGE_BYTES)
  #pagesInBuffer = 0
  #pagesWritten = 0
  #entriesInPage = 0
  #entryCount = 0
  #fence = new Float64Array(1024)
  #lastKey = 0

  constructor(folder: string) {
    this.#file = new ContentNamedFile(folder)
  }

  /** Takes the entry at `offset`, with another pack ordinal if one is given. */
  append(entries: Uint8Array, offset: number, packOrdinal = packOrdinalAt(entries, offset)): void {
    const key = keyAt(entries, offset)
    assert(key >= this.#lastKey, 'entries of a run come in the order of their ids')
    this.#lastKey = key
    if (this.#entriesInPage === 0) this.#beginPage(key)
    const at = this.#pagesInBuffer * PAGE_BYTES + this.#entriesInPage * ENTRY_BYTES
    const pages = this.#pages
    for (let i = 0; i < ENTRY_BYTES; i++) pages[at + i] = entries[offset + i]!
    setPackOrdinalAt(pages, at, packOrdinal)
    this.#entryCount++
    if (++this.#entriesInPage === ENTRIES_PER_PAGE) this.#endPage()
  }

  /** Makes the run durable under its final name. */
  finish(): WrittenRun {
    if (this.#entriesInPage > 0) this.#endPage()
    this.#flush()
    this.#file.write(encodeRunEnd(this.#entryCount, this.#fence.subarray(0, this.#pagesWritten)))
    return { name: this.#file.finish('run'), entryCount: this.#entryCount }
  }

  /** Gives the run up after a failed `append`. */
  abandon(): void {
    this.#file.abandon()
  }

  #beginPage(key: number): void {
    const ordinal = this.#pagesWritten + this.#pagesInBuffer
    if (ordinal === this.#fence.length) {
      const longer = new Float64Array(this.#fence.length * 2)
      longer.set(this.#fence)
      this.#fence = longer
    }
    this.#fence[ordinal] = key
  }

  #endPage(): void {
    sealPage(this.#pages, this.#pagesInBuffer * PAGE_BYTES, this.#pagesWritten + this.#pagesInBuffer)
    this.#entriesInPage = 0
    if (++this.#pagesInBuffer === BUFFERED_PAGES) this.#flush()
  }

  #flush(): void {
    this.#file.write(this.#pages.subarray(0, this.#pagesInBuffer * PAGE_BYTES))
    this.#pagesWritten += this.#pagesInBuffer
    this.#pagesInBuffer = 0
    this.#pages.fill(0)
  }
}

/**
 * Writes a run into `folder` from batches of whole entries, which are in the order of their ids within and across batches.
 * The name is that of the content. Errors of the disk are thrown, and leave nothing behind.
 */
export const writeSortedRun = (folder: string, batches: Iterable<Uint8Array>): WrittenRun =>
  writeRunWith(folder, (writer) => {
    for (const batch of batches) {
      assert(batch.length % ENTRY_BYTES === 0, 'a batch holds whole entries')
      for (let offset = 0; offset < batch.length; offset += ENTRY_BYTES) writer.append(batch, offset)
    }
  })

/** Writes a run from what `produce` appends. */
export const writeRunWith = (folder: string, produce: (writer: SortedRunWriter) => void): WrittenRun => {
  const writer = new SortedRunWriter(folder)
  try {
    produce(writer)
    return writer.finish()
  } catch (error) {
    writer.abandon()
    throw error
  }
}
