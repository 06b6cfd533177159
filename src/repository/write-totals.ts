import type { StoreOutcome } from '../workers/jobs.js'

/** What a StoreWriter has stored so far. */
export class WriteTotals {
  chunksAdded = 0
  /** Of tree and list nodes. */
  treeChunksAdded = 0
  bytesAdded = 0
  packedBytes = 0
  bytesRead = 0
  /** Nanoseconds by stage, of all threads together. */
  readonly stageNs: Record<string, number> = {}

  add(outcome: StoreOutcome): void {
    this.chunksAdded += outcome.chunksAdded
    this.bytesAdded += outcome.bytesAdded
    this.packedBytes += outcome.packedBytes
    this.bytesRead += outcome.bytesRead
    for (const [stage, ns] of Object.entries(outcome.stageNs))
      this.stageNs[stage] = (this.stageNs[stage] ?? 0) + ns
  }
}
