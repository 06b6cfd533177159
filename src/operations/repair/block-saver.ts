import { ChunkHasher } from '../../crypto/chunk-id.js'
import { CorruptError } from '../../errors.js'
import type { ChunkKind, PackId } from '../../format/ids.js'
import { packName } from '../../format/names.js'
import { PackBuilder } from '../../pack/pack-builder.js'
import type { IndexablePack } from '../../repository/index-store.js'
import { PackPublisher } from '../../repository/pack-publisher.js'
import { StagingStock } from '../../repository/staging-stock.js'
import type { Store } from '../../repository/store.js'
import { openWholeBlock, type WholeBlock } from './whole-block.js'

/** Copies blocks as they are into new packs (docs/FORMAT.md §5.1), each opened again and its ids recomputed on the way. */
export class BlockSaver implements AsyncDisposable {
  readonly newPacks: PackId[] = []
  readonly #hasher: ChunkHasher
  readonly #publisher: PackPublisher
  readonly #staging: StagingStock
  readonly #builders = new Map<ChunkKind, PackBuilder>()

  /** `onPack` hears of each new pack before it is published. */
  constructor(
    private readonly store: Store,
    private readonly packTargetBytes: number,
    private readonly onPack: (pack: IndexablePack) => void,
  ) {
    this.#hasher = new ChunkHasher(store.keys.keyring.idKey)
    this.#publisher = new PackPublisher(store.backend, store.index)
    this.#staging = new StagingStock(store.backend)
  }

  /** Errors: `corrupt` where the block is not any more what it was when it was examined, `missing`, those of the backend. */
  async save(from: PackId, block: WholeBlock): Promise<void> {
    const stored = await this.store.backend.readRange(packName(from), block.offsetBytes, block.sizeBytes)
    this.#requireSame(block, stored, packName(from))
    const builder = await this.#builderOf(block.kind)
    builder.appendBlock(stored, block.tag, block.chunkSizes, block.ids)
    if (builder.isFull || builder.sizeBytes >= this.packTargetBytes) await this.#finish(builder)
  }

  /** Everything that was saved is durable, and index files name it. */
  async finish(): Promise<void> {
    for (const builder of [...this.#builders.values()]) await this.#finish(builder)
    await this.#publisher.flush()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#publisher.settled()
    await this.#staging[Symbol.asyncDispose]()
  }

  #requireSame(block: WholeBlock, stored: Buffer, name: string): void {
    const found = openWholeBlock(this.store, this.#hasher, stored, block.offsetBytes, name, block.kind)
    if (Buffer.compare(found.ids, block.ids) === 0 && Buffer.compare(found.tag, block.tag) === 0) return
    throw new CorruptError(name, 'changed while it was read', {
      hint: 'The storage gives other bytes each time. Copy the repository to another disk, and repair it there.',
    })
  }

  async #builderOf(kind: ChunkKind): Promise<PackBuilder> {
    const open = this.#builders.get(kind)
    if (open !== undefined) return open
    const [path] = await this.#staging.open(1)
    const builder = new PackBuilder(this.store.seals, kind, this.store.keys.slot.id, path!)
    this.#builders.set(kind, builder)
    return builder
  }

  async #finish(builder: PackBuilder): Promise<void> {
    this.#builders.delete(builder.kind)
    const pack = builder.finish()
    this.#staging.release(pack.stagedPath)
    this.newPacks.push(pack.id)
    this.onPack(pack)
    await this.#publisher.add(pack)
    if (this.#publisher.isFlushDue) await this.#publisher.flush()
  }
}
