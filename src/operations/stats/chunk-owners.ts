import { blockOrdinalOf, chunkOrdinalOf } from '../../chunk-index/entry.js'
import type { LocalIndex } from '../../chunk-index/local-index.js'
import { VarveError } from '../../errors.js'
import { type ChunkId, ChunkKind, hexOf, type PackId } from '../../format/ids.js'
import type { PackDirectory } from '../../format/pack-directory.js'

/**
 * What a claim changed. `first`: nobody referred to the chunk before. `again`: this owner did. `shared`: it had a single
 * other owner until now. `known`: it had several.
 */
export type Claim = 'first' | 'again' | 'shared' | 'known'

interface OwnedPack {
  /** The first chunk of each block, and at the end the number of chunks. */
  readonly firstChunks: Uint32Array
  /** For each chunk: 0 nobody, an owner's ordinal plus 1, or the highest value for several owners. */
  readonly owners: Uint16Array | Uint32Array
  /** Files below each node; only of tree packs. */
  readonly filesBelow: Float64Array
}

const ownersMaxOfUint16 = 0xfffe

/**
 * Knows of each chunk whether nobody, one or several owners (snapshots) refer to it. Memory: 2 bytes for each chunk of the
 * packs that were met (4 from 65,534 owners on), 8 more for each tree node, 4 for each block.
 */
export class ChunkOwners {
  /** Of all packs that were met: their chunks' bytes, and those of the blocks that store them. */
  plainBytes = 0
  storedBytes = 0
  /** After a claim gave `shared`: the one that was the chunk's single owner. */
  formerOwner = 0
  readonly #packs = new Map<string, OwnedPack>()
  #pack!: OwnedPack
  #chunk = 0

  constructor(
    private readonly index: LocalIndex,
    private readonly directoryOf: (packId: PackId) => Promise<PackDirectory>,
    private readonly ownersTotal: number,
  ) {}

  /** A promise only where the chunk is the first of its pack. Errors: `missing` where the chunk is in no pack. */
  claim(id: ChunkId, owner: number): Claim | Promise<Claim> {
    if (!this.index.lookup(id)) throw missing(id)
    const { packId } = this.index.packs[this.index.packOrdinal]!
    const { location } = this.index
    const pack = this.#packs.get(packId)
    if (pack !== undefined) return this.#claimAt(pack, location, id, owner)
    return this.#open(packId as PackId).then((opened) => this.#claimAt(opened, location, id, owner))
  }

  /** Of the tree node that was claimed last. */
  get filesBelow(): number {
    return this.#pack.filesBelow[this.#chunk]!
  }

  /** Remembers for the tree node that was claimed last how many files are below it, once that is known. */
  rememberFiles(): (files: number) => void {
    const [pack, chunk] = [this.#pack, this.#chunk]
    return (files) => {
      pack.filesBelow[chunk] = files
    }
  }

  #claimAt(pack: OwnedPack, location: number, id: ChunkId, owner: number): Claim {
    const first = pack.firstChunks[blockOrdinalOf(location)]
    const chunk = (first ?? Number.POSITIVE_INFINITY) + chunkOrdinalOf(location)
    if (chunk >= pack.owners.length) throw missing(id)
    this.#pack = pack
    this.#chunk = chunk
    const { owners } = pack
    const several = 2 ** (8 * owners.BYTES_PER_ELEMENT) - 1
    const before = owners[chunk]!
    if (before === several) return 'known'
    if (before === owner + 1) return 'again'
    owners[chunk] = before === 0 ? owner + 1 : several
    this.formerOwner = before - 1
    return before === 0 ? 'first' : 'shared'
  }

  async #open(packId: PackId): Promise<OwnedPack> {
    const directory = await this.directoryOf(packId)
    const { chunkCount, firstChunks, kind } = directory
    const owners =
      this.ownersTotal < ownersMaxOfUint16 ? new Uint16Array(chunkCount) : new Uint32Array(chunkCount)
    const pack = {
      firstChunks,
      owners,
      filesBelow: new Float64Array(kind === ChunkKind.tree ? chunkCount : 0),
    }
    this.#packs.set(packId, pack)
    for (const size of directory.chunkSizes) this.plainBytes += size
    this.storedBytes += directory.blockOffsets.at(-1)!
    return pack
  }
}

const missing = (id: ChunkId): VarveError =>
  new VarveError('missing', `chunk ${hexOf(id)} is in no pack that an index names`, {
    hint: 'Run varve check to see which snapshots and files need it.',
  })
