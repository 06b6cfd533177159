import { ChunkLookup, type LookupConfig } from '../chunk-index/chunk-lookup.js'
import { deriveGear } from '../chunking/gear.js'
import { Splitter } from '../chunking/splitter.js'
import { newArena, spanBytes } from './arena.js'
import { ChunkStore } from './chunk-store.js'
import type { Core } from './core.js'
import type { EngineSetup, Job, JobKind, ResultOf, SpanToken, StoreChunksJob } from './jobs.js'
import { Stage, StageClock } from './stage-clock.js'
import { FileStorer } from './store-files.js'
import { SpanStorer } from './store-span.js'

export interface StoreSetup {
  readonly engine: EngineSetup
  readonly lookup: LookupConfig
}

export const openCore = (setup: StoreSetup, thread: number): StoreCore => new StoreCore(setup, thread)

/** What one thread of a backup does: reads, cuts, hashes, looks up, compresses, seals and packs. */
export class StoreCore implements Core<Job, ResultOf[JobKind], SpanToken> {
  readonly #lookup: ChunkLookup
  readonly #store: ChunkStore
  readonly #files: FileStorer
  readonly #spans: SpanStorer
  readonly #clock: StageClock

  constructor({ engine, lookup }: StoreSetup, thread: number) {
    const clock = new StageClock(() => Number(process.hrtime.bigint()) / 1e6)
    this.#clock = clock
    const arena = newArena(spanBytes)
    const splitter = new Splitter(
      arena.memory,
      arena.gearAddress,
      deriveGear(engine.chunkerKey),
      engine.chunking,
    )
    this.#lookup = new ChunkLookup(lookup)
    this.#store = new ChunkStore(engine, thread, this.#lookup, clock)
    this.#files = new FileStorer(arena, spanBytes, splitter, this.#store, clock)
    this.#spans = new SpanStorer(arena, spanBytes, splitter, this.#store, clock)
  }

  close(): void {
    this.#lookup.close()
  }

  run(job: Job, passOn: (token: SpanToken) => void): ResultOf[JobKind] {
    this.#clock.mark(Stage.wait)
    if (job.kind === 'lookup') {
      this.#lookup.reconfigure(job.config)
      return undefined
    }
    switch (job.kind) {
      case 'staging':
        this.#store.takeStagingPaths(job.paths)
        return undefined
      case 'store-files':
        return { files: this.#files.storeAll(job), outcome: this.#store.outcome() }
      case 'store-span':
        return { span: this.#spans.storeSpan(job, passOn), outcome: this.#store.outcome() }
      case 'store-chunks':
        this.#storeChunks(job)
        return { outcome: this.#store.outcome() }
      case 'surrender': {
        const partials = this.#store.surrender()
        return { outcome: this.#store.outcome(partials) }
      }
      case 'finish':
        this.#store.finish(job.partials)
        return { outcome: this.#store.outcome() }
    }
  }

  #storeChunks({ chunkKind, owner, bytes, lengths, ids }: StoreChunksJob): void {
    let at = 0
    lengths.forEach((length, index) => {
      const id = ids.subarray(32 * index, 32 * (index + 1))
      this.#store.addClaimed(chunkKind, owner, id, bytes.subarray(at, at + length))
      at += length
    })
  }
}
