import type { StoreOutcome } from '../workers/jobs.js'
import { MainThreadClock } from '../workers/main-thread-clock.js'
import { stageNames } from '../workers/stage-clock.js'

/** What a StoreWriter has stored so far. */
export class WriteTotals {
  chunksAdded = 0
  /** Of tree and list nodes. */
  treeChunksAdded = 0
  bytesAdded = 0
  packedBytes = 0
  bytesRead = 0
  readonly mainThread = new MainThreadClock()
  /** Milliseconds by stage, of each worker thread. */
  readonly threads: Float64Array[] = []

  add(outcome: StoreOutcome): void {
    this.chunksAdded += outcome.chunksAdded
    this.bytesAdded += outcome.bytesAdded
    this.packedBytes += outcome.packedBytes
    this.bytesRead += outcome.bytesRead
    this.#addTimes(outcome)
  }

  #addTimes({ thread, stageMs }: StoreOutcome): void {
    while (this.threads.length <= thread) this.threads.push(new Float64Array(stageNames.length))
    const totals = this.threads[thread]!
    for (const [stage, ms] of stageMs.entries()) totals[stage]! += ms
  }
}
