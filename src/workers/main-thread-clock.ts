/** Busy and waiting time of the main thread since this was made, from what its event loop knows of itself. */
export class MainThreadClock {
  readonly #start = performance.eventLoopUtilization()

  get busyMs(): number {
    return performance.eventLoopUtilization(this.#start).active
  }

  get waitMs(): number {
    return performance.eventLoopUtilization(this.#start).idle
  }
}
