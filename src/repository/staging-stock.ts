import type { Backend } from '../backend/backend.js'

/** The staging files of one run that are not yet packs. What is left of them at the end is discarded. */
export class StagingStock implements AsyncDisposable {
  readonly #unused = new Set<string>()
  readonly #openings = new Set<Promise<string>>()

  constructor(private readonly backend: Backend) {}

  async open(count: number): Promise<string[]> {
    const openings = Array.from({ length: count }, () => this.#open())
    for (const opening of openings) this.#openings.add(opening)
    try {
      return await Promise.all(openings)
    } finally {
      await Promise.allSettled(openings)
      for (const opening of openings) this.#openings.delete(opening)
    }
  }

  /** The file is the backend's business from now on. */
  release(path: string): void {
    this.#unused.delete(path)
  }

  async discard(path: string): Promise<void> {
    this.release(path)
    await this.backend.discardStaged(path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#openings])
    await Promise.allSettled([...this.#unused].map((path) => this.discard(path)))
  }

  async #open(): Promise<string> {
    const path = await this.backend.openStaging('packs')
    this.#unused.add(path)
    return path
  }
}
