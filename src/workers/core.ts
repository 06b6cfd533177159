/**
 * What runs in each thread of a pool: it does one job after the other, synchronously. `passOn` sends something ahead of
 * the result. The same object works inline, which is how tests follow it.
 */
export interface Core<J, R, E> {
  run(job: J, passOn: (early: E) => void): R
  close(): void
}

/** What a pool's threads run. */
export interface ThreadProgram {
  /** URL of a built module that answers jobs with its core (`answerJobs`). */
  readonly url: URL
  /** What the core is opened with. */
  readonly setup: unknown
}
