import assert from 'node:assert/strict'
import type { ObjectPlace } from './local-layout.js'
import type { LocalPublisher } from './local-publish.js'
import { dropTemporary, type TemporaryFile } from './temporary-file.js'

/**
 * The staging files of one backend that are neither published nor discarded. Each stays open here from before its first
 * byte: a kernel may forget a write-back error when the last descriptor is closed, and fsync would then report success.
 */
export class StagedFiles {
  readonly #open = new Map<string, TemporaryFile>()

  constructor(private readonly publisher: LocalPublisher) {}

  async open(folder: string): Promise<string> {
    const temporary = await this.publisher.openTemporary(folder, 'a staged pack')
    this.#open.set(temporary.path, temporary)
    return temporary.path
  }

  has(path: string): boolean {
    return this.#open.has(path)
  }

  async publish(path: string, name: string, place: ObjectPlace, sizeBytes: number): Promise<void> {
    const temporary = this.#open.get(path)
    assert(temporary !== undefined, `not a staging file of this backend: ${path}`)
    this.#open.delete(path)
    await this.publisher.publish(temporary, name, place, sizeBytes)
  }

  async discard(path: string): Promise<void> {
    const temporary = this.#open.get(path)
    if (temporary === undefined) return
    this.#open.delete(path)
    await dropTemporary(temporary)
  }

  async discardAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((path) => this.discard(path)))
  }
}
