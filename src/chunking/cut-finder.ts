import type { Kernel } from './kernel.js'
import { levelAt, type PlannedLevel } from './level-plan.js'

/** Finds the end of one chunk at a time: docs/FORMAT.md §4.5. Content is addressed in the kernel's memory. */
export class CutFinder {
  readonly #kernel: Kernel
  readonly #gearAddress: number
  readonly #plan: readonly PlannedLevel[]

  constructor(kernel: Kernel, gearAddress: number, plan: readonly PlannedLevel[]) {
    this.#kernel = kernel
    this.#gearAddress = gearAddress
    this.#plan = plan
  }

  /** Length of the chunk that starts at `address`, the file's byte `offset`, when at most `available` bytes follow. */
  chunkLength(address: number, available: number, offset: number): number {
    const { minimum, average, maximum } = levelAt(this.#plan, offset)
    if (available <= minimum) return available
    const limit = Math.min(available, maximum)
    const normal = Math.min(average, limit)
    const early = this.#search(address, offset, minimum, normal, true)
    if (early < normal || normal === limit) return early
    return this.#search(address, offset, normal, limit, false)
  }

  /** The smallest length in [from, to) where a cut is allowed, or `to`. Each position is judged by its own level. */
  #search(address: number, offset: number, from: number, to: number, hard: boolean): number {
    let length = from
    while (length < to) {
      const level = levelAt(this.#plan, offset + length)
      const stop = Math.min(to, level.toOffset - offset)
      const bits = hard ? level.hardBits : level.easyBits
      const found = this.#kernel.findCut(address + length, address + stop, bits, this.#gearAddress) - address
      if (found < stop) return found
      length = stop
    }
    return to
  }
}
