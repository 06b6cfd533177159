import type { LookupConfig } from './chunk-lookup.js'
import type { FingerprintFilter } from './fingerprint-filter.js'
import type { LocalIndex } from './local-index.js'
import type { PackRecord } from './manifest.js'
import { PackBitmap } from './pack-bitmap.js'
import { extendsTable } from './pack-table.js'
import { newPendingTable, PendingTable } from './pending-table.js'

/** Packs that may come during a run without new bitmaps: 128 KiB of bits. */
const PACKS_TO_COME = 2 ** 20

interface PackBits {
  readonly packs: readonly PackRecord[]
  readonly hits: PackBitmap
  readonly unusable: PackBitmap
}

/**
 * The main thread's side of the lookups of one run: it owns what the threads share. Whatever changes it ends with posting
 * `config()` to every thread, which hands it to `ChunkLookup.reconfigure`; threads that still have the one before stay right.
 */
export class LookupState {
  readonly #index: LocalIndex
  readonly #filter: FingerprintFilter
  readonly #pendingCapacity: number
  readonly #unusable: Set<string>
  #pending: PendingTable[]
  /** One for each meaning that pack ordinals had during the run; the last is in force. */
  readonly #bits: PackBits[]

  /** `pendingCapacity`: slots of a table, 36 bytes each; three quarters of them are used. */
  constructor(index: LocalIndex, pendingCapacity: number, unusablePacks: Iterable<string> = []) {
    this.#index = index
    this.#filter = index.loadFilter()
    this.#pendingCapacity = pendingCapacity
    this.#unusable = new Set(unusablePacks)
    this.#pending = [new PendingTable(newPendingTable(pendingCapacity))]
    this.#bits = [this.#newBits()]
  }

  config(): LookupConfig {
    this.#followPackTable()
    const { hits, unusable } = this.#bits.at(-1)!
    return {
      runPaths: this.#index.runPaths,
      filter: this.#filter.segments,
      pendingTables: this.#pending.map(({ buffer }) => buffer),
      unusablePacks: unusable.buffer,
      hitPacks: hits.buffer,
    }
  }

  /** Adds what is about to be full. True: post `config()` again. Cheap enough to ask at every message of a worker. */
  grow(): boolean {
    const { needsSegment } = this.#filter
    if (needsSegment) this.#filter.addSegment(this.#filter.newSegment())
    const needsTable = this.#pending.at(-1)!.isFilling
    if (needsTable) this.#pending.push(new PendingTable(newPendingTable(this.#pendingCapacity)))
    return needsSegment || needsTable
  }

  get pendingTableCount(): number {
    return this.#pending.length
  }

  /** Lets the oldest tables go once every chunk in them is in a run of the index. Post `config()` then. */
  dropPendingTables(count: number): void {
    this.#pending = this.#pending.slice(count)
    if (this.#pending.length === 0)
      this.#pending.push(new PendingTable(newPendingTable(this.#pendingCapacity)))
  }

  /** From now on these packs do not count, in any thread; what was found in them before stays in `hitPackIds`. */
  markUnusable(packIds: Iterable<string>): void {
    for (const id of packIds) this.#unusable.add(id)
    for (const bits of this.#bits) this.#mark(bits)
  }

  /** The packs that this run relies on so far, because a chunk was found in them. */
  hitPackIds(): Set<string> {
    const ids = new Set<string>()
    for (const { packs, hits } of this.#bits)
      for (const ordinal of hits.ordinals()) ids.add(packs[ordinal]!.packId)
    return ids
  }

  /** The table may have grown, or been compacted by a merge or by another process: then old ordinals mean other packs. */
  #followPackTable(): void {
    const last = this.#bits.at(-1)!
    const { packs } = this.#index
    if (!extendsTable(packs, last.packs)) this.#bits.push(this.#newBits())
    else if (packs !== last.packs) {
      const extended = { ...last, packs }
      this.#bits[this.#bits.length - 1] = extended
      this.#mark(extended)
    }
  }

  #newBits(): PackBits {
    const { packs } = this.#index
    const capacity = packs.length + PACKS_TO_COME
    const bits = { packs, hits: PackBitmap.create(capacity), unusable: PackBitmap.create(capacity) }
    this.#mark(bits)
    return bits
  }

  #mark({ packs, unusable }: PackBits): void {
    packs.forEach(({ packId }, ordinal) => {
      if (this.#unusable.has(packId)) unusable.add(ordinal)
    })
    if (packs === this.#index.packs) for (const ordinal of this.#index.removedPacks) unusable.add(ordinal)
  }
}
