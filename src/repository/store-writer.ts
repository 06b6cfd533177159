import { ChunkLookup } from '../chunk-index/chunk-lookup.js'
import { LookupState } from '../chunk-index/lookup-state.js'
import { VarveError } from '../errors.js'
import type { ChunkId, ChunkKind } from '../format/ids.js'
import type { DirectoryParts } from '../format/pack-directory.js'
import type { NodeSink } from '../tree/node-store.js'
import { spanBytes } from '../workers/arena.js'
import type {
  ResultOf,
  SpanSource,
  SpanToken,
  StoredFiles,
  StoredSpan,
  StoreFilesJob,
  StoreOutcome,
} from '../workers/jobs.js'
import { WorkerPool } from '../workers/pool.js'
import { threadUrl } from '../workers/thread-url.js'
import { engineSetupOf } from './engine-setup.js'
import { groupPartials } from './group-partials.js'
import { NodeGatherer } from './node-gatherer.js'
import { PackPublisher } from './pack-publisher.js'
import { StagingStock } from './staging-stock.js'
import type { Store } from './store.js'
import { WriteTotals } from './write-totals.js'

/** Slots of one pending table: 18 MiB, 393,000 chunks. */
const pendingSlots = 512 * 1024
/** So many tables are full before their chunks are indexed and the tables let go. */
const pendingTablesMax = 3

/**
 * Writes chunks into a store: jobs go to worker threads, finished packs become durable, index files follow. The order of
 * docs/FORMAT.md §11 up to the index files is kept here; `checkpoint` brings everything to that point.
 */
export class StoreWriter implements NodeSink, AsyncDisposable {
  readonly totals = new WriteTotals()
  readonly #lookups: LookupState
  readonly #lookup: ChunkLookup
  readonly #publisher: PackPublisher
  readonly #nodes: NodeGatherer
  readonly #jobs = new Set<Promise<unknown>>()
  #pool: WorkerPool | undefined
  readonly #staging: StagingStock
  #indexDamaged = false
  #failure: unknown

  /** `unusablePacks` do not count as places of a chunk: condemned, suspect, of the wrong size. */
  constructor(
    private readonly store: Store,
    unusablePacks: Iterable<string>,
    private readonly packTargetBytes: number,
    /** Without it everything is done and counted but the writing: a dry run. */
    private readonly mayWrite: boolean,
  ) {
    this.#lookups = new LookupState(store.index.local, pendingSlots, unusablePacks)
    this.#lookup = new ChunkLookup(this.#lookups.config())
    this.#publisher = new PackPublisher(store.backend, store.index)
    this.#staging = new StagingStock(store.backend)
    this.#nodes = new NodeGatherer(store.keys.keyring.idKey, this.#lookup, (nodes) => {
      this.totals.treeChunksAdded += nodes.lengths.length
      this.#run({ kind: 'store-chunks', owner: 0, ...nodes })
    })
  }

  async storeFiles(batch: Omit<StoreFilesJob, 'kind'>): Promise<StoredFiles> {
    return (await this.#run<ResultOf['store-files']>({ kind: 'store-files', ...batch })).files
  }

  /** `onToken` hears where the next span begins before this one is stored. */
  async storeSpan(
    span: { source: SpanSource; owner: number; offset: number; inZeroRun: boolean },
    onToken: (token: SpanToken) => void,
  ): Promise<StoredSpan> {
    return (await this.#run<ResultOf['store-span']>({ kind: 'store-span', ...span }, onToken)).span
  }

  /** What went wrong outside the store's own jobs, in what was made of their results: ends the run like a failure of these. */
  fail(error: unknown): void {
    this.#failure ??= error
  }

  /** Takes a tree node, list node or hole map. Synchronous: storing follows, and `checkpoint` waits for it. */
  put(kind: ChunkKind, bytes: Uint8Array): ChunkId {
    return this.#nodes.put(kind, bytes)
  }

  /** Resolves when more work should be brought; throws what went wrong meanwhile. */
  async room(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    await this.#pool?.room()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Resolves when some job has ended; throws what went wrong. */
  async progress(): Promise<void> {
    if (this.#jobs.size > 0) await Promise.race(this.#jobs).catch(() => {})
    await new Promise((resolve) => setImmediate(resolve))
    if (this.#failure !== undefined) throw this.#failure
  }

  get hasRoom(): boolean {
    return this.#failure === undefined && (this.#pool?.hasRoom ?? true)
  }

  /** Whether so much is pending that memory asks for a checkpoint. */
  get isCheckpointDue(): boolean {
    return this.#lookups.pendingTableCount > pendingTablesMax
  }

  /** Whether a chunk is stored already; its pack then counts as one that this run relies on. */
  has(id: ChunkId): boolean {
    return this.#lookup.has(id)
  }

  /** Chunks that count as stored, though no index names them. */
  assume({ ids }: Pick<DirectoryParts, 'ids'>): void {
    for (let at = 0; at < ids.length; at += 32) this.#lookup.claim(ids.subarray(at, at + 32))
    if (this.#lookups.grow()) this.#lookup.reconfigure(this.#lookups.config())
  }

  /** From now on these packs do not count, for whatever is looked up next. */
  async distrust(packs: Iterable<string>): Promise<void> {
    this.#lookups.markUnusable(packs)
    await this.#shareLookups()
  }

  /** Packs that this run wrote or found chunks in. */
  packsReliedOn(): Set<string> {
    const packs = this.#lookups.hitPackIds()
    for (const id of this.#publisher.published) packs.add(id)
    return packs
  }

  /** Everything that was stored so far is durable, and index files name it. */
  async checkpoint(): Promise<void> {
    this.#nodes.flush()
    await this.#settle()
    await this.#finishPacks()
    await this.#publisher.flush()
    // What a dry run has seen is indexed nowhere: it remembers the last 1.2 million chunks, as much as memory should take.
    const kept = this.mayWrite ? 0 : pendingTablesMax
    this.#lookups.dropPendingTables(Math.max(0, this.#lookups.pendingTableCount - kept))
    await this.#shareLookups()
  }

  /** Nothing goes on behind it: threads, publishing and staging have come to an end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.[Symbol.asyncDispose]()
    await Promise.allSettled([...this.#jobs])
    await this.#publisher.settled()
    if (this.#indexDamaged || this.#lookup.damaged) this.store.index.local.clear()
    this.#lookup.close()
    await this.#staging[Symbol.asyncDispose]()
  }

  /** Unfilled packs of all threads become as few as they fit into. */
  async #finishPacks(): Promise<void> {
    const pool = this.#pool
    if (pool === undefined) return
    const partials: StoreOutcome['partials'][number][] = []
    for (let thread = 1; thread < pool.started; thread++) {
      const { outcome } = await pool.runOn<ResultOf['surrender']>(thread, { kind: 'surrender' })
      await this.#take(outcome)
      partials.push(...outcome.partials)
    }
    const [first = [], ...others] = groupPartials(partials, this.packTargetBytes)
    for (const group of [first, ...others]) {
      const { outcome } = await pool.runOn<ResultOf['finish']>(0, { kind: 'finish', partials: group })
      await this.#take(outcome)
      for (const { stagedPath } of group) await this.#staging.discard(stagedPath)
    }
  }

  /** Jobs that others bring meanwhile are not waited for: what they store comes with the next checkpoint. */
  async #settle(): Promise<void> {
    await Promise.allSettled([...this.#jobs])
    if (this.#failure !== undefined) throw this.#failure
  }

  #run<R extends { readonly outcome: StoreOutcome }>(
    job: object,
    onEarly?: (token: SpanToken) => void,
  ): Promise<R> {
    this.#pool ??= this.#startPool()
    const result = this.#pool.run<R, SpanToken>(job, onEarly).then(async (answer) => {
      await this.#take(answer.outcome)
      return answer
    })
    this.#jobs.add(result)
    result
      .catch((error: unknown) => {
        if (!isOfSource(error)) this.#failure ??= error
      })
      .finally(() => this.#jobs.delete(result))
    return result
  }

  #startPool(): WorkerPool {
    const { store, packTargetBytes, mayWrite } = this
    const engine = engineSetupOf(store, { packTargetBytes, dryRun: !mayWrite })
    const lookups = this.#lookups
    const module = {
      url: threadUrl('store'),
      /** A thread that starts later begins with what is so by then: an older table has chunks whose packs may be lost since. */
      get setup() {
        return { engine, lookup: lookups.config() }
      },
    }
    return new WorkerPool(module, store.workers, mayWrite ? () => this.#stock() : undefined)
  }

  /** A thread that starts gets staging files first: for each kind of pack, and for what it may finish before more come. */
  async #stock(): Promise<object> {
    const count = 12 + Math.ceil((3 * spanBytes) / this.packTargetBytes)
    return { kind: 'staging', paths: await this.#staging.open(count) }
  }

  async #take(outcome: StoreOutcome): Promise<void> {
    this.totals.add(outcome)
    this.#indexDamaged ||= outcome.indexDamaged
    if (outcome.stagingUsed > 0) await this.#restock(outcome)
    for (const pack of outcome.packs) {
      this.#staging.release(pack.stagedPath)
      await this.#publisher.add(pack)
    }
    if (this.#publisher.isFlushDue) await this.#publisher.flush()
    if (this.#lookups.grow()) await this.#shareLookups()
  }

  async #restock({ thread, stagingUsed }: StoreOutcome): Promise<void> {
    const paths = await this.#staging.open(stagingUsed)
    await this.#pool!.runOn(thread, { kind: 'staging', paths })
  }

  async #shareLookups(): Promise<void> {
    const config = this.#lookups.config()
    this.#lookup.reconfigure(config)
    const threads = this.#pool?.started ?? 0
    await Promise.all(
      Array.from({ length: threads }, (_, thread) => this.#pool!.runOn(thread, { kind: 'lookup', config })),
    )
  }
}

/** A file that cannot be read fails alone; whoever brought it hears of it. */
const isOfSource = (error: unknown): boolean => error instanceof VarveError && error.code === 'source'
