import type { Backend } from '../backend/backend.js'
import { packName } from '../format/names.js'
import type { FinishedPack } from '../pack/pack-builder.js'
import type { IndexStore } from './index-store.js'

/** Packs that are made durable at the same time. More would only queue at the disk. */
const inFlightMax = 4
/** An index file is written once it would hold so many chunks: 24 bytes each in the file, some 70 in memory until then. */
const indexEntriesTarget = 128 * 1024

/**
 * Makes finished packs durable, and then names them in index files (docs/FORMAT.md §11: packs, then index files). The
 * order within is kept by awaiting; several packs are on their way at once.
 */
export class PackPublisher {
  #packs: FinishedPack[] = []
  #entries = 0
  readonly #inFlight = new Set<Promise<void>>()
  #failure: unknown
  readonly #published = new Set<string>()

  constructor(
    private readonly backend: Backend,
    private readonly index: IndexStore,
  ) {}

  /** Ids of all packs that were published. */
  get published(): ReadonlySet<string> {
    return this.#published
  }

  /** Resolves once there is room for another pack, not when this one is durable. */
  async add(pack: FinishedPack): Promise<void> {
    const publishing = this.#publish(pack).finally(() => this.#inFlight.delete(publishing))
    this.#inFlight.add(publishing)
    publishing.catch((error: unknown) => {
      this.#failure ??= error
    })
    while (this.#inFlight.size >= inFlightMax && this.#failure === undefined)
      await Promise.race(this.#inFlight).catch(ignore)
    if (this.#failure !== undefined) throw this.#failure
  }

  /** True once `flush` is due, so that memory stays flat. */
  get isFlushDue(): boolean {
    return this.#entries >= indexEntriesTarget
  }

  /** All packs that were added are durable, and index files name them. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#inFlight)
    if (this.#failure !== undefined) throw this.#failure
    const packs = this.#packs
    this.#packs = []
    this.#entries = 0
    await this.index.write(packs)
  }

  /** Nothing is on its way any more, whatever became of it. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#inFlight)
  }

  async #publish(pack: FinishedPack): Promise<void> {
    await this.backend.publishStaged(pack.stagedPath, packName(pack.id), pack.sizeBytes)
    this.#packs.push(pack)
    this.#entries += pack.directory.chunkSizes.length
    this.#published.add(pack.id)
  }
}

const ignore = (): void => {}
