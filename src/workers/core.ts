/**
 * What runs in each thread of a pool: it does one job after the other, synchronously. `passOn` sends something ahead of
 * the result. The same object works inline, which is how tests follow it.
 */
export interface Core<J, R, E> {
  run(job: J, passOn: (early: E) => void): R
  close(): void
}

/** What a pool's threads load: the module that exports `openCore`, and what it is called with. */
export interface CoreModule {
  /** URL of a built module with `export const openCore = (setup, index) => Core`. */
  readonly url: URL
  readonly setup: unknown
}
