import { createHash } from 'node:crypto'
import { CorruptError, VarveError } from '../../errors.js'
import type { IndexId, PackId } from '../../format/ids.js'
import { decodeIndexFile, type IndexContent } from '../../format/index-file.js'
import { indexName } from '../../format/names.js'
import { EntrySum } from '../../repository/entry-sum.js'
import type { Store } from '../../repository/store.js'
import type { PackSurvey } from './pack-survey.js'
import type { DamagedObject } from './repair-options.js'

/** Reads index files afresh, whatever this machine's cache says, and compares them with the packs' own directories. */
export class IndexSurvey {
  filesRead = 0
  readonly damaged = new Map<IndexId, DamagedObject>()
  /** Index files that are gone by now: others have taken over what they said. */
  #gone = false
  readonly #complete = new Set<PackId>()
  readonly #partial = new Map<PackId, EntrySum>()

  constructor(
    private readonly store: Store,
    private readonly packs: PackSurvey,
  ) {}

  /** True where all of them could be looked at; otherwise list again. */
  async read(ids: Iterable<IndexId>): Promise<boolean> {
    for (const id of ids) await this.#readFile(id)
    return !this.#gone
  }

  /** Healthy packs of which index files that are whole do not name every chunk. */
  incomplete(): PackId[] {
    return [...this.packs.healthy.keys()].filter((id) => !this.#isComplete(id))
  }

  #isComplete(id: PackId): boolean {
    const partial = this.#partial.get(id)
    return (
      this.#complete.has(id) ||
      (partial !== undefined && this.packs.healthy.get(id)?.entries.equals(partial) === true)
    )
  }

  async #readFile(id: IndexId): Promise<void> {
    const name = indexName(id)
    try {
      const content = await this.#contentOf(id, name)
      this.filesRead++
      this.#compare(id, name, content)
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      if (error.code === 'missing') this.#gone = true
      else if (error instanceof CorruptError)
        this.#blame(id, name, error.message.slice(error.object.length + 2))
      else throw error
    }
  }

  async #contentOf(id: IndexId, name: string): Promise<IndexContent> {
    const bytes = await this.store.backend.read(name)
    if (createHash('sha256').update(bytes).digest('hex') !== id)
      throw new CorruptError(name, 'has other bytes than its name says')
    return decodeIndexFile(this.store.seals, bytes, (page, size) => this.#decompress(page, size), name)
  }

  #compare(id: IndexId, name: string, { packs, entries }: IndexContent): void {
    const wrong = packs.find(({ id: packId, sizeBytes, kind }) => {
      const pack = this.packs.healthy.get(packId)
      return pack !== undefined && (pack.sizeBytes !== sizeBytes || pack.kind !== kind)
    })
    if (wrong !== undefined) {
      this.#blame(id, name, `says of packs/${wrong.id} what is not true: its size or its kind`)
      return
    }
    EntrySum.ofIndexEntries(entries, packs.length).forEach((sum, ordinal) => {
      this.#note(packs[ordinal]!.id, sum)
    })
  }

  #note(id: PackId, sum: EntrySum): void {
    if (this.packs.healthy.get(id)?.entries.equals(sum)) this.#complete.add(id)
    else {
      const partial = this.#partial.get(id) ?? new EntrySum()
      this.#partial.set(id, partial)
      partial.addAll(sum)
    }
  }

  #blame(id: IndexId, object: string, message: string): void {
    this.damaged.set(id, { object, message })
  }

  #decompress(page: Uint8Array, sizeBytes: number): Uint8Array {
    const target = Buffer.allocUnsafe(sizeBytes)
    this.store.codec.decompress(page, target)
    return target
  }
}
