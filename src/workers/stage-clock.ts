/** What a thread of a backup spends its time on. `wait`: for work, with the exchange of messages. */
export const Stage = {
  wait: 0,
  read: 1,
  cut: 2,
  hash: 3,
  lookup: 4,
  gather: 5,
  compress: 6,
  seal: 7,
  verify: 8,
  pack: 9,
  finish: 10,
} as const
export type Stage = (typeof Stage)[keyof typeof Stage]

export const stageNames = Object.keys(Stage) as readonly (keyof typeof Stage)[]

/**
 * Milliseconds by stage, for `--stats`. Everything between two marks belongs to the stage that the second one names, so
 * the stages of a thread add up to its life. A reading of the clock takes some 60 ns; there are five for a small file.
 */
export class StageClock {
  #totalsMs = new Float64Array(stageNames.length)
  #lastMs: number

  constructor(private readonly nowMs: () => number) {
    this.#lastMs = nowMs()
  }

  /** Ends a step that began at the last mark, and begins the next one. */
  mark(stage: Stage): void {
    const now = this.nowMs()
    this.#totalsMs[stage]! += now - this.#lastMs
    this.#lastMs = now
  }

  /** What was counted since the last call, by number of the stage. */
  take(): Float64Array {
    const totals = this.#totalsMs
    this.#totalsMs = new Float64Array(stageNames.length)
    return totals
  }
}
