import { createHash } from 'node:crypto'
import { ENTRY_BYTES, packOrdinalAt, setPackOrdinalAt } from '../../chunk-index/entry.js'
import { VarveError } from '../../errors.js'
import type { IndexId, PackId } from '../../format/ids.js'
import { decodeIndexFile, type IndexContent } from '../../format/index-file.js'
import { indexName, packName } from '../../format/names.js'
import { EntrySum } from '../../repository/entry-sum.js'
import { listIndexFiles } from '../../repository/pack-listing.js'
import type { Store } from '../../repository/store.js'
import type { Catalogue } from './catalogue.js'
import type { Findings } from './findings.js'

/**
 * Reads every index file and compares it with the packs' own directories. What it says of packs that are lost goes into
 * the catalogue, so that what was in them can be told.
 */
export class IndexCheck {
  readonly #read = new Set<IndexId>()
  #listedPacks: ReadonlyMap<PackId, number> = new Map()
  /** Entries of packs that no single file names in full: a pack's entries may be spread over several files. */
  readonly #partial = new Map<PackId, EntrySum>()
  readonly #complete = new Set<PackId>()

  constructor(
    private readonly store: Store,
    private readonly catalogue: Catalogue,
    private readonly findings: Findings,
  ) {}

  /** `listed` was listed before `packs` was. A file that is gone was merged into another one meanwhile. */
  async run(listed: ReadonlySet<IndexId>, packs: ReadonlyMap<PackId, number>): Promise<void> {
    this.#listedPacks = packs
    let gone = false
    for (const id of listed) {
      if (this.#read.has(id)) continue
      this.#read.add(id)
      if (!(await this.#checkFile(id))) gone = true
    }
    if (gone) await this.runAgain()
  }

  /** Reads the files that came meanwhile. */
  async runAgain(): Promise<void> {
    const listed = await listIndexFiles(this.store.backend)
    if ([...listed].some((id) => !this.#read.has(id))) await this.run(listed, this.#listedPacks)
  }

  /** Whether index files name every chunk of the pack. */
  isComplete(id: PackId): boolean {
    if (this.#complete.has(id)) return true
    const partial = this.#partial.get(id)
    return partial !== undefined && this.catalogue.packs.get(id)?.entries.equals(partial) === true
  }

  isNamed(id: PackId): boolean {
    return this.#complete.has(id) || this.#partial.has(id)
  }

  /** False where the file is gone. */
  async #checkFile(id: IndexId): Promise<boolean> {
    const name = indexName(id)
    try {
      const bytes = await this.store.backend.read(name)
      if (createHash('sha256').update(bytes).digest('hex') !== id)
        this.findings.damage(name, 'has other bytes than its name says')
      const decompress = (page: Uint8Array, sizeBytes: number) => this.#decompress(page, sizeBytes)
      this.#compare(name, decodeIndexFile(this.store.seals, bytes, decompress, name))
      return true
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      if (error.code === 'missing') return false
      this.findings.error(name, error)
      return true
    }
  }

  #compare(name: string, { packs, entries }: IndexContent): void {
    const sums = EntrySum.ofIndexEntries(entries, packs.length)
    const lost = new Set<number>()
    packs.forEach(({ id, sizeBytes, kind }, ordinal) => {
      const pack = this.catalogue.packs.get(id)
      if (pack === undefined) {
        lost.add(ordinal)
        const foundBytes = this.#listedPacks.get(id)
        if (foundBytes !== undefined && foundBytes !== sizeBytes)
          this.findings.damage(packName(id), `has ${foundBytes} bytes; index files say ${sizeBytes}`)
        return
      }
      if (pack.sizeBytes !== sizeBytes || pack.kind !== kind)
        this.findings.damage(
          name,
          `says that packs/${id} has ${sizeBytes} bytes of kind ${kind}; it has ${pack.sizeBytes} of kind ${pack.kind}`,
        )
      this.#note(id, pack.entries, sums[ordinal]!)
    })
    if (lost.size > 0) this.#takeLost(packs, entries, lost)
  }

  #note(id: PackId, expected: EntrySum, sum: EntrySum): void {
    if (expected.equals(sum)) {
      this.#complete.add(id)
      return
    }
    const partial = this.#partial.get(id) ?? new EntrySum()
    this.#partial.set(id, partial)
    partial.addAll(sum)
  }

  /** One run for each lost pack: there are few. */
  #takeLost(packs: IndexContent['packs'], entries: Uint8Array, lost: ReadonlySet<number>): void {
    const counts = new Uint32Array(packs.length)
    for (let at = 0; at < entries.length; at += ENTRY_BYTES) counts[packOrdinalAt(entries, at)]!++
    for (const ordinal of lost) {
      const { id } = packs[ordinal]!
      const own = new Uint8Array(counts[ordinal]! * ENTRY_BYTES)
      let to = 0
      for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
        if (packOrdinalAt(entries, at) !== ordinal) continue
        own.set(entries.subarray(at, at + ENTRY_BYTES), to)
        setPackOrdinalAt(own, to, 0)
        to += ENTRY_BYTES
      }
      this.catalogue.addLost(this.catalogue.lost.get(id) ?? { id, isListed: false }, own)
    }
  }

  #decompress(page: Uint8Array, sizeBytes: number): Uint8Array {
    const target = Buffer.allocUnsafe(sizeBytes)
    this.store.codec.decompress(page, target)
    return target
  }
}
