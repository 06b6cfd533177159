import { type FilterSegments, FingerprintFilter } from './fingerprint-filter.js'
import { PackBitmap } from './pack-bitmap.js'
import { PendingTable } from './pending-table.js'
import { SortedRun } from './sorted-run.js'

/** All that a thread needs to look chunks up; goes through structured clone as it is. */
export interface LookupConfig {
  readonly runPaths: readonly string[]
  readonly filter: FilterSegments
  /** In the order in which they were made; new chunks go into the first that is not full. */
  readonly pendingTables: readonly SharedArrayBuffer[]
  /** Bitmap of pack ordinals whose entries do not count: removed, condemned, missing, suspect. */
  readonly unusablePacks: SharedArrayBuffer
  /** Bitmap of pack ordinals that a chunk was found in. */
  readonly hitPacks: SharedArrayBuffer
}

/**
 * Decides for each chunk whether it must be stored: one object for each thread.
 *
 * 1. The filter does not know it: certainly new.
 * 2. A pending table has it: some thread of this run stored it already.
 * 3. A run has it in a usable pack: known, and the pack is noted as one that this backup relies on.
 * 4. Otherwise new. The pending table decides between threads that bring the same new chunk at once.
 *
 * Every doubt ends in "new": a chunk stored twice is waste, a skipped one is loss.
 */
export class ChunkLookup {
  /** Runs that vanished before this thread opened them: their chunks are stored again. */
  missingRuns = 0
  #runs = new Map<string, SortedRun>()
  #filter!: FingerprintFilter
  #pending!: readonly PendingTable[]
  #unusable!: PackBitmap
  #hits!: PackBitmap

  constructor(config: LookupConfig) {
    this.reconfigure(config)
  }

  /** Takes over a later state: more segments, other pending tables, other runs. Runs that stay are not opened again. */
  reconfigure(config: LookupConfig): void {
    const previous = this.#runs
    this.#runs = new Map()
    for (const path of config.runPaths) {
      const run = previous.get(path) ?? SortedRun.open(path)
      if (run === undefined) this.missingRuns++
      else this.#runs.set(path, run)
    }
    for (const [path, run] of previous) if (!this.#runs.has(path)) run.close()
    this.#filter = new FingerprintFilter(config.filter)
    this.#pending = config.pendingTables.map((buffer) => new PendingTable(buffer))
    this.#unusable = new PackBitmap(config.unusablePacks)
    this.#hits = new PackBitmap(config.hitPacks)
  }

  /** 'new': the caller must store the chunk, and nobody else was told so. `id` is the whole chunk id, 32 bytes. */
  claim(id: Uint8Array): 'new' | 'known' {
    if (!this.#filter.mayContain(id)) this.#filter.insert(id)
    else if (this.#isPending(id) || this.#isInRun(id)) return 'known'
    return this.#insertPending(id)
  }

  /** Whether the chunk is stored in a usable pack, which is then noted, or claimed in this run. Claims nothing. */
  has(id: Uint8Array): boolean {
    return this.#filter.mayContain(id) && (this.#isPending(id) || this.#isInRun(id))
  }

  /** Whether a run turned out to be damaged: the main thread should build the index anew after this backup. */
  get damaged(): boolean {
    for (const run of this.#runs.values()) if (run.damaged) return true
    return false
  }

  close(): void {
    for (const run of this.#runs.values()) run.close()
    this.#runs.clear()
  }

  #isPending(id: Uint8Array): boolean {
    for (const table of this.#pending) if (table.has(id)) return true
    return false
  }

  #isInRun(id: Uint8Array): boolean {
    for (const run of this.#runs.values())
      for (let hit = run.lookup(id); hit; hit = run.lookupNext())
        if (this.#relyOn(run.packOrdinal)) return true
    return false
  }

  /** A pack that cannot be noted cannot be relied on. */
  #relyOn(packOrdinal: number): boolean {
    if (packOrdinal >= this.#hits.capacity || packOrdinal >= this.#unusable.capacity) return false
    if (this.#unusable.has(packOrdinal)) return false
    this.#hits.add(packOrdinal)
    return true
  }

  /** When all tables are full nothing remembers the chunk, so it may be stored again until the next one comes. */
  #insertPending(id: Uint8Array): 'new' | 'known' {
    for (const table of this.#pending) {
      const result = table.insertIfAbsent(id)
      if (result !== 'full') return result === 'present' ? 'known' : 'new'
    }
    return 'new'
  }
}
