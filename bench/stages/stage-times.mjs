/** CPU time and bytes by stage. CPU, because the machine may be busy; that of all threads, so that of the collector too. */
export class StageTimes {
  /** @type {Map<string, { cpuMs: number, bytes: number }>} */
  #stages = new Map()

  /**
   * @template Result
   * @param {string} stage
   * @param {number} bytes what goes through
   * @param {() => Result} action
   * @returns {Result}
   */
  measure(stage, bytes, action) {
    const before = process.cpuUsage()
    const result = action()
    const { user, system } = process.cpuUsage(before)
    const total = this.of(stage)
    this.#stages.set(stage, { cpuMs: total.cpuMs + (user + system) / 1000, bytes: total.bytes + bytes })
    return result
  }

  /** @param {string} stage */
  of(stage) {
    return this.#stages.get(stage) ?? { cpuMs: 0, bytes: 0 }
  }
}
