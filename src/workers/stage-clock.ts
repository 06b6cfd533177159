/** Nanoseconds spent by stage, for `--stats`: two readings of the clock a step, some 50 ns each. */
export class StageClock {
  #totals: Record<string, number> = {}
  #last: bigint

  constructor(private readonly now: () => bigint) {
    this.#last = now()
  }

  /** Starts a step: what passed since the last mark belongs to nothing. */
  start(): void {
    this.#last = this.now()
  }

  /** Ends a step that began at the last mark, and begins the next one. */
  mark(stage: string): void {
    const now = this.now()
    this.#totals[stage] = (this.#totals[stage] ?? 0) + Number(now - this.#last)
    this.#last = now
  }

  /** What was counted since the last call. */
  take(): Record<string, number> {
    const totals = this.#totals
    this.#totals = {}
    return totals
  }
}
