/** Turns of the event loop without a new call after which nobody is about to make one. */
const quietTurns = 4
/** So many turns without a call, and somebody waits for what never comes. */
const patienceTurns = 20_000

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

const isReading = () => process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))

/**
 * Lets one call to the storage happen at a time, whichever the seed says. A call that comes late (a duplicate, a write whose
 * writer has given up) waits here like any other.
 */
export class Scheduler {
  #waiting = []
  #arrivals = 0
  granted = 0
  /** Of who came when: two worlds of one number must agree in it. */
  digest = 0

  constructor(random) {
    this.random = random
  }

  /** Resolves when it is the caller's turn. */
  turn(actor) {
    this.#arrivals++
    return new Promise((resolve) => this.#waiting.push({ actor, resolve }))
  }

  /** The calls of a dead process never happen. */
  forget(actor) {
    this.#waiting = this.#waiting.filter((waiting) => waiting.actor !== actor)
  }

  /** Until `isOver`. Rejects where nobody moves any more. */
  async run(isOver) {
    for (let idle = 0; !(isOver() && this.#waiting.length === 0); ) {
      await this.#quiet()
      if (this.#waiting.length === 0) {
        if (++idle > patienceTurns / quietTurns) throw new Error('hangs: nobody calls the storage any more')
        continue
      }
      idle = 0
      const [next] = this.#waiting.splice(this.random.below(this.#waiting.length), 1)
      this.granted++
      for (const char of next.actor) this.digest = (Math.imul(this.digest, 31) + char.charCodeAt(0)) | 0
      next.resolve()
    }
  }

  async #quiet() {
    for (let turn = 0; turn < quietTurns; turn++) {
      const before = this.#arrivals
      await nextTurn()
      if (this.#arrivals !== before || isReading()) turn = 0
    }
  }
}
