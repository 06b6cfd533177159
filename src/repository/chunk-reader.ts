import type { Backend } from '../backend/backend.js'
import { blockOrdinalOf, chunkOrdinalOf } from '../chunk-index/entry.js'
import type { LocalIndex } from '../chunk-index/local-index.js'
import type { Codec } from '../compression/codec.js'
import { ChunkHasher } from '../crypto/chunk-id.js'
import { CorruptError, ignoreMissingOrCorrupt, isMissingOrCorrupt, VarveError } from '../errors.js'
import { type ChunkId, type ChunkKind, hexOf, type PackId } from '../format/ids.js'
import type { PackDirectory } from '../format/pack-directory.js'
import type { Seals } from '../format/seal.js'
import { blockName, openBlockContent } from '../pack/block-opener.js'
import type { NodeSource } from '../tree/node-store.js'
import { ByteCache } from './byte-cache.js'
import { readDirectory } from './read-directory.js'
import { UnnamedPacks } from './unnamed-packs.js'

const blockCacheBytes = 24 * 1024 * 1024
const directoryCacheBytes = 24 * 1024 * 1024

/** Where a chunk is stored; proved by the pack's own directory. */
export interface ChunkPlace {
  readonly packId: PackId
  readonly directory: PackDirectory
  readonly block: number
  /** Number of the chunk in the pack. */
  readonly chunk: number
}

/** Finds, reads and proves single chunks; keeps the blocks used last, since neighbours come next. */
export class ChunkReader implements NodeSource {
  readonly #hasher: ChunkHasher
  readonly #blocks = new ByteCache<Buffer>(blockCacheBytes)
  readonly #directories = new ByteCache<PackDirectory>(directoryCacheBytes)
  #last: { readonly packId: PackId; readonly directory: PackDirectory } | undefined
  /** Blocks on their way, so that neighbours asked for at once are read once. */
  readonly #loading = new Map<string, Promise<Buffer>>()
  readonly #unnamed: UnnamedPacks

  constructor(
    private readonly backend: Backend,
    private readonly seals: Seals,
    private readonly codec: Codec,
    idKey: Uint8Array,
    private readonly index: LocalIndex,
    /** Reads the repository's index files again; called once for a chunk that is not found. */
    private readonly refreshIndex: () => Promise<void>,
    /** Hears it when a chunk is in a pack that no index file names. */
    private readonly onUnnamed: () => void = () => {},
  ) {
    this.#hasher = new ChunkHasher(idKey)
    this.#unnamed = new UnnamedPacks(backend, seals, index)
  }

  /** A promise only where the block is not at hand. Errors: `corrupt`, `missing`. */
  get(id: ChunkId, kind: ChunkKind): Promise<Uint8Array> | Uint8Array {
    return this.#atHand(id, kind) ?? this.#fetch(id, kind)
  }

  /**
   * Every place that a chunk is stored at, as the packs' own directories say; packs that cannot be read are left out. Those that
   * no index file names come last, and only where others were not enough for the caller.
   */
  async *places(id: ChunkId, kind: ChunkKind): AsyncGenerator<ChunkPlace, void, undefined> {
    yield* this.#namedPlaces(id, kind)
    for await (const { packId, directory, chunk } of this.#unnamed.withChunk(id, kind)) {
      this.onUnnamed()
      yield { packId, directory, block: directory.locationOf(chunk).block, chunk }
    }
  }

  async *#namedPlaces(id: ChunkId, kind: ChunkKind): AsyncGenerator<ChunkPlace, void, undefined> {
    for (const { packId, location } of this.#hints(id)) {
      const directory = await this.directoryOf(packId).catch(ignoreMissingOrCorrupt)
      if (directory === undefined || directory.kind !== kind) continue
      const chunk = chunkOfLocation(directory, location, id)
      if (chunk >= 0) yield { packId, directory, block: directory.locationOf(chunk).block, chunk }
    }
  }

  async directoryOf(packId: PackId): Promise<PackDirectory> {
    const known = this.#directories.get(packId)
    if (known !== undefined) return known
    const { directory } = await readDirectory(this.backend, this.seals, packId)
    this.#directories.set(packId, directory, 44 * directory.chunkCount + 60 * directory.blockCount)
    return directory
  }

  /** The chunks of a block, one after the other; ids not recomputed. */
  async blockContent(packId: PackId, directory: PackDirectory, block: number): Promise<Buffer> {
    const key = blockName(packId, block)
    const known = this.#blocks.get(key)
    if (known !== undefined) return known
    const loading = this.#loading.get(key) ?? this.#loadBlock(packId, directory, block)
    this.#loading.set(key, loading)
    try {
      const content = await loading
      this.#blocks.set(key, content, content.length)
      return content
    } finally {
      this.#loading.delete(key)
    }
  }

  async #loadBlock(packId: PackId, directory: PackDirectory, block: number): Promise<Buffer> {
    const name = `packs/${packId}`
    const stored = await this.backend.readRange(
      name,
      directory.blockOffsets[block]!,
      directory.blockSizes[block]!,
    )
    return openBlockContent(this.seals, this.codec, directory, block, stored, name)
  }

  #atHand(id: ChunkId, kind: ChunkKind): Uint8Array | undefined {
    const place = this.#nearby(id, kind) ?? this.#known(id, kind)
    if (place === undefined || place.chunk < 0) return undefined
    const { packId, directory, chunk } = place
    const { block } = directory.locationOf(chunk)
    const content = this.#blocks.get(blockName(packId, block))
    return content && this.#verified(content, directory, block, chunk, id, `packs/${packId}`)
  }

  /** In the pack that was read last: nodes of one tree stand together, and the index takes a read for each. */
  #nearby(id: ChunkId, kind: ChunkKind) {
    const last = this.#last
    if (last === undefined || last.directory.kind !== kind) return undefined
    const chunk = last.directory.find(id)
    return chunk < 0 ? undefined : { ...last, chunk }
  }

  #known(id: ChunkId, kind: ChunkKind) {
    if (!this.index.lookup(id)) return undefined
    const packId = this.index.packs[this.index.packOrdinal]!.packId as PackId
    const directory = this.#directories.get(packId)
    if (directory === undefined || directory.kind !== kind) return undefined
    this.#last = { packId, directory }
    return { packId, directory, chunk: chunkOfLocation(directory, this.index.location, id) }
  }

  async #fetch(id: ChunkId, kind: ChunkKind): Promise<Uint8Array> {
    const failures: unknown[] = []
    const found = await this.#fetchFromAny(this.#namedPlaces(id, kind), id, failures)
    if (found !== undefined) return found
    await this.refreshIndex()
    const foundAgain = await this.#fetchFromAny(this.places(id, kind), id, failures)
    if (foundAgain !== undefined) return foundAgain
    throw failures.at(-1) ?? missing(id)
  }

  async #fetchFromAny(
    places: AsyncIterable<ChunkPlace>,
    id: ChunkId,
    failures: unknown[],
  ): Promise<Uint8Array | undefined> {
    for await (const place of places) {
      try {
        return await this.#fetchFrom(place, id)
      } catch (error) {
        if (!isMissingOrCorrupt(error)) throw error
        failures.push(error)
      }
    }
    return undefined
  }

  async #fetchFrom({ packId, directory, block, chunk }: ChunkPlace, id: ChunkId): Promise<Uint8Array> {
    const content = await this.blockContent(packId, directory, block)
    return this.#verified(content, directory, block, chunk, id, `packs/${packId}`)
  }

  /** I-9: nothing is handed out whose id was not recomputed. */
  #verified(
    content: Buffer,
    directory: PackDirectory,
    block: number,
    chunk: number,
    id: ChunkId,
    packName: string,
  ): Uint8Array {
    let start = 0
    for (let before = directory.firstChunks[block]!; before < chunk; before++)
      start += directory.chunkSizes[before]!
    const end = start + directory.chunkSizes[chunk]!
    if (!this.#hasher.idOf(directory.kind, content, start, end).equals(id))
      throw new CorruptError(blockName(packName, block), `has a chunk that is not ${hexOf(id)}`)
    return content.subarray(start, end)
  }

  #hints(id: ChunkId): { packId: PackId; location: number }[] {
    const hints: { packId: PackId; location: number }[] = []
    this.index.lookupAll(id, (ordinal, location) => {
      hints.push({ packId: this.index.packs[ordinal]!.packId as PackId, location })
    })
    return hints
  }
}

/** The location is a hint (I-10): the directory proves it, or knows better. */
const chunkOfLocation = (directory: PackDirectory, location: number, id: ChunkId): number => {
  const block = blockOrdinalOf(location)
  if (block < directory.blockCount) {
    const chunk = directory.chunkAt({ block, ordinal: chunkOrdinalOf(location) })
    if (chunk < directory.chunkCount && Buffer.compare(directory.idOf(chunk), id) === 0) return chunk
  }
  return directory.find(id)
}

const missing = (id: ChunkId): VarveError =>
  new VarveError('missing', `chunk ${hexOf(id)} is in no pack`, {
    hint: 'Run varve check to see which snapshots and files need it.',
  })
