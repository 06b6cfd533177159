import { type ExcludeRules, filterOfRules } from '../filesystem/exclude-rules.js'
import { nativeCalls } from '../filesystem/native.js'
import { StatColumns } from '../filesystem/stat-columns.js'
import { Walk } from '../filesystem/walk.js'
import { batchEntries, type WalkBatch, WalkBatcher } from '../filesystem/walk-batch.js'
import type { WalkState } from '../filesystem/walk-state.js'
import type { Core } from './core.js'

/** A walk that another thread has begun. */
export interface WalkSetup {
  readonly rules: ExcludeRules
  readonly state: WalkState
}

/** Asks for so many batches more, each of which is passed on as soon as it is there. */
export interface WalkJob {
  readonly batches: number
}

export const openCore = (setup: WalkSetup): WalkCore => new WalkCore(setup)

/** Goes through the source beside the thread that compares what is found with earlier trees. */
export class WalkCore implements Core<WalkJob, undefined, WalkBatch> {
  readonly #batcher = new WalkBatcher()
  readonly #walk: Walk
  #ended = false

  constructor({ rules, state }: WalkSetup) {
    nativeCalls()
    // What is posted is copied, so that one is enough.
    const stats = new StatColumns(batchEntries)
    this.#walk = new Walk(filterOfRules(rules), this.#batcher.onError, state, () => stats)
  }

  close(): void {
    this.#walk[Symbol.dispose]()
  }

  run({ batches }: WalkJob, passOn: (batch: WalkBatch) => void): undefined {
    for (let made = 0; made < batches && !this.#ended; made++) {
      const batch = this.#batcher.next(this.#walk)
      this.#ended = batch.ended
      passOn(batch)
    }
  }
}
