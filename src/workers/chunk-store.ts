import type { ChunkLookup } from '../chunk-index/chunk-lookup.js'
import { chunkSizeMax } from '../chunking/parameters.js'
import { openCodec } from '../compression/codec.js'
import { ChunkHasher } from '../crypto/chunk-id.js'
import { ChunkKind } from '../format/ids.js'
import { packBlocksMax } from '../format/limits.js'
import { Seals } from '../format/seal.js'
import { BlockBuilder } from '../pack/block-builder.js'
import { BlockSealer, type SealedBytes } from '../pack/block-sealer.js'
import { type FinishedPack, PackBuilder, type PartialPack } from '../pack/pack-builder.js'
import type { EngineSetup, StoreOutcome } from './jobs.js'
import { Stage, type StageClock } from './stage-clock.js'

/** Blocks of several owners are open at once, at most so many: 1.5 MiB each. */
const openBlocksMax = 4

/** Hashes chunks, asks whether they are known, and gathers the new ones into blocks and packs. One for each thread. */
export class ChunkStore {
  readonly #hasher: ChunkHasher
  readonly #seals: Seals
  readonly #sealer: BlockSealer
  readonly #chunkBytesMax: number
  /** Open blocks in the order of their last use. */
  readonly #blocks = new Map<string, BlockBuilder>()
  readonly #packs = new Map<ChunkKind, PackBuilder>()
  #stagingPaths: string[] = []
  #finished: FinishedPack[] = []
  #counts = newCounts()

  constructor(
    private readonly setup: EngineSetup,
    private readonly thread: number,
    private readonly lookup: ChunkLookup,
    private readonly clock: StageClock,
  ) {
    this.#hasher = new ChunkHasher(setup.idKey)
    this.#seals = new Seals(setup.seals)
    this.#chunkBytesMax = chunkSizeMax(setup.chunking)
    const { compressionLevel: level } = setup
    this.#sealer = new BlockSealer(this.#seals, openCodec(level), level, (stage) => clock.mark(Stage[stage]))
  }

  /** Files that new packs may be written to. */
  takeStagingPaths(paths: readonly string[]): void {
    this.#stagingPaths.push(...paths)
  }

  countRead(bytes: number): void {
    this.#counts.bytesRead += bytes
  }

  /** Stores the data chunk `arena[start, end)` unless it is known, and returns its id. */
  storeData(owner: number, arena: Uint8Array, start: number, end: number): Uint8Array {
    const id = this.#hasher.idOf(ChunkKind.data, arena, start, end)
    this.clock.mark(Stage.hash)
    const answer = this.lookup.claim(id)
    this.clock.mark(Stage.lookup)
    if (answer === 'new') this.addClaimed(ChunkKind.data, owner, id, arena.subarray(start, end))
    return id
  }

  /** Stores a chunk that this or another thread has claimed. */
  addClaimed(kind: ChunkKind, owner: number, id: Uint8Array, chunk: Uint8Array): void {
    const block = this.#blockOf(kind, owner)
    block.add(id, chunk)
    this.#counts.chunksAdded++
    this.#counts.bytesAdded += chunk.length
    this.clock.mark(Stage.gather)
    if (block.isFull) this.#closeBlock(block)
  }

  /** Gives up what is not full, for another worker to join with its own. */
  surrender(): PartialPack[] {
    this.#closeBlocks()
    const partials = [...this.#packs.values()].map((pack) => pack.surrender())
    this.#packs.clear()
    return partials
  }

  /** Finishes all packs, joined with those that others gave up, which must fit into one pack of each kind. */
  finish(partials: readonly PartialPack[]): void {
    this.#closeBlocks()
    for (const partial of partials) this.#absorb(partial)
    for (const pack of [...this.#packs.values()]) this.#finishPack(pack)
  }

  /** What happened since the last call. */
  outcome(partials: readonly PartialPack[] = []): StoreOutcome {
    const counts = this.#counts
    const packs = this.#finished
    this.#counts = newCounts()
    this.#finished = []
    const { damaged: indexDamaged } = this.lookup
    return { ...counts, thread: this.thread, packs, partials, indexDamaged, stageMs: this.clock.take() }
  }

  #absorb(partial: PartialPack): void {
    const { kind, blockSizes } = partial.directory
    const open = this.#packs.get(kind)
    const isFull = open !== undefined && open.blockCount + blockSizes.length > packBlocksMax
    if (isFull || (open !== undefined && open.sizeBytes >= this.setup.packTargetBytes)) this.#finishPack(open)
    this.#packOf(kind).absorb(partial)
  }

  #blockOf(kind: ChunkKind, owner: number): BlockBuilder {
    const key = `${kind} ${owner}`
    let block = this.#blocks.get(key)
    if (block !== undefined && this.#blocks.size === 1) return block
    if (block === undefined) block = this.#newBlock(kind, owner)
    this.#blocks.delete(key)
    this.#blocks.set(key, block)
    return block
  }

  /** The block that was not used for longest makes room. */
  #newBlock(kind: ChunkKind, owner: number): BlockBuilder {
    if (this.#blocks.size >= openBlocksMax) {
      const [oldest, block] = this.#blocks.entries().next().value!
      this.#closeBlock(block)
      this.#blocks.delete(oldest)
    }
    return new BlockBuilder(kind, owner, this.#chunkBytesMax)
  }

  #closeBlocks(): void {
    for (const block of this.#blocks.values()) this.#closeBlock(block)
    this.#blocks.clear()
  }

  #closeBlock(block: BlockBuilder): void {
    if (block.isEmpty) return
    const sealed = this.#sealer.seal(block)
    this.#counts.packedBytes += sealed.bytes.length
    if (!this.setup.dryRun) this.#append(block, sealed)
    block.clear()
    this.clock.mark(Stage.pack)
  }

  #append({ kind, lengths, ids }: BlockBuilder, { bytes, tag }: SealedBytes): void {
    const pack = this.#packOf(kind)
    pack.appendBlock(bytes, tag, lengths, ids)
    if (pack.isFull || pack.sizeBytes >= this.setup.packTargetBytes) this.#finishPack(pack)
  }

  #packOf(kind: ChunkKind): PackBuilder {
    const open = this.#packs.get(kind)
    if (open !== undefined) return open
    const path = this.#stagingPaths.shift()
    if (path === undefined) throw new Error('no staging file was provided for a new pack')
    this.#counts.stagingUsed++
    const pack = new PackBuilder(this.#seals, kind, this.setup.writerSlot, path)
    this.#packs.set(kind, pack)
    return pack
  }

  #finishPack(pack: PackBuilder): void {
    this.#finished.push(pack.finish())
    this.#packs.delete(pack.kind)
    this.clock.mark(Stage.finish)
  }
}

const newCounts = () => ({ stagingUsed: 0, chunksAdded: 0, bytesAdded: 0, packedBytes: 0, bytesRead: 0 })
