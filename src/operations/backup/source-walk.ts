import { StatColumns } from '../../filesystem/stat-columns.js'
import { Walk } from '../../filesystem/walk.js'
import { batchEntries, type WalkBatch, WalkBatcher } from '../../filesystem/walk-batch.js'
import { beginOfWalk } from '../../filesystem/walk-state.js'
import { WorkerPool } from '../../workers/pool.js'
import { threadUrl } from '../../workers/thread-url.js'
import type { WalkSetup } from '../../workers/walk-core.js'
import type { Source } from './source.js'

/** Starting a thread costs as much as looking at some thousand entries: so many are looked at here first. */
const entriesHere = 2048
/** What is found while nobody takes it, as when the key is still being derived: 65,536 entries, some 7 MB. */
const aheadAtFirstMax = 128
/** Later little: what is stored should have been looked at a short time ago. */
const aheadMax = 16
/** Batches asked of the thread at a time. */
const askedAtOnce = 8

/**
 * A walk over a source, in batches. It begins in this thread and goes on in one of its own, which hands on its state between two
 * directories, so that a small source needs no thread and a large one is walked beside the rest.
 */
export class SourceWalk implements AsyncDisposable {
  readonly #batcher = new WalkBatcher()
  readonly #walk: Walk
  readonly #ready: WalkBatch[] = []
  #foundHere = 0
  #thread: WorkerPool | undefined
  /** Batches asked for and not there yet. */
  #asked = 0
  #aheadMax = aheadAtFirstMax
  #ended = false
  #failure: unknown
  #wake: (() => void) | undefined

  /** Errors: `invalid-argument` when two roots want the same place. */
  constructor(private readonly source: Source) {
    const { roots, filter } = source
    const { onError } = this.#batcher
    const newStats = () => new StatColumns(batchEntries)
    this.#walk = new Walk(filter, onError, beginOfWalk(roots, filter, onError), newStats)
  }

  /** Looks at the first entries at once, and has a thread go on if there are more. */
  begin(): void {
    while (!this.#ended && this.#thread === undefined && this.#foundHere < 2 * entriesHere)
      this.#ready.push(this.#nextHere())
  }

  /** The next entries; undefined after the last ones. */
  async next(): Promise<WalkBatch | undefined> {
    this.#aheadMax = aheadMax
    while (this.#ready.length === 0) {
      if (this.#failure !== undefined) throw this.#failure
      if (this.#ended) return undefined
      if (this.#thread === undefined) return this.#nextHere()
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const batch = this.#ready.shift()
    this.#ask()
    return batch
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    this.#walk[Symbol.dispose]()
    await this.#thread?.[Symbol.asyncDispose]()
  }

  #nextHere(): WalkBatch {
    const enough = this.#foundHere >= entriesHere
    const batch = this.#batcher.next(this.#walk, enough)
    this.#foundHere += batch.count
    this.#ended = batch.ended
    const { state } = this.#walk
    if (enough && !batch.ended && state !== undefined) this.#handOver({ rules: this.source.rules, state })
    return batch
  }

  #handOver(setup: WalkSetup): void {
    this.#thread = new WorkerPool({ url: threadUrl('walk'), setup }, 1)
    this.#ask()
  }

  #ask(): void {
    const thread = this.#thread
    if (thread === undefined || this.#ended) return
    while (this.#ready.length + this.#asked + askedAtOnce <= this.#aheadMax) {
      this.#asked += askedAtOnce
      thread
        .run<undefined, WalkBatch>({ batches: askedAtOnce }, (batch) => this.#take(batch))
        .catch((error: unknown) => this.#fail(error))
    }
  }

  #take(batch: WalkBatch): void {
    this.#asked--
    this.#ready.push(batch)
    this.#ended ||= batch.ended
    this.#wakeUp()
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    this.#failure = error
    this.#wakeUp()
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}
