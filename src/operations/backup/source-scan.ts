import { setImmediate as nextTurn } from 'node:timers/promises'
import type { WalkEntry } from '../../filesystem/walk-filter.js'

export interface SourceTotals {
  readonly files: number
  readonly bytes: number
}

/** About a millisecond: what the threads send is not kept waiting longer. */
const stepEntries = 128

/**
 * Counts what a walk gives, in small steps beside other work of the same thread, so that progress can say how much is
 * left. Whatever fails is left to the backup itself to report.
 */
export class SourceScan implements Disposable {
  #stopped = false

  constructor(entries: Iterable<WalkEntry>, onTotals: (totals: SourceTotals) => void) {
    this.#count(entries).then(
      (totals) => totals !== undefined && onTotals(totals),
      () => undefined,
    )
  }

  async #count(entries: Iterable<WalkEntry>): Promise<SourceTotals | undefined> {
    const totals = { files: 0, bytes: 0 }
    let step = 0
    for (const { stat } of entries) {
      if (stat.type === 'file') {
        totals.files++
        totals.bytes += stat.sizeBytes
      }
      if (++step % stepEntries !== 0) continue
      await nextTurn()
      if (this.#stopped) return undefined
    }
    return totals
  }

  [Symbol.dispose](): void {
    this.#stopped = true
  }
}
