/** Lets at most `atOnceMax` steps run at a time; the others wait in the order they came. */
export class ConcurrencyGate {
  #runningCount = 0
  readonly #waiting: (() => void)[] = []

  constructor(private readonly atOnceMax: number) {}

  async pass<T>(step: () => Promise<T>): Promise<T> {
    if (this.#runningCount < this.atOnceMax) this.#runningCount += 1
    else await new Promise<void>((go) => this.#waiting.push(go))
    try {
      return await step()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#runningCount -= 1
      else next()
    }
  }
}
