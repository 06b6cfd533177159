import { blockOrdinalOf, chunkOrdinalOf } from '../../chunk-index/entry.js'
import { LocalIndex } from '../../chunk-index/local-index.js'
import type { RandomSource } from '../../crypto/random-source.js'
import { VarveError } from '../../errors.js'
import { removeTree } from '../../filesystem/tree-removal.js'
import type { ChunkId, ChunkKind, PackId } from '../../format/ids.js'
import type { PackDirectory } from '../../format/pack-directory.js'
import { ChunkReader } from '../../repository/chunk-reader.js'
import { IndexStore } from '../../repository/index-store.js'
import type { Store } from '../../repository/store.js'
import { CataloguedPack } from './catalogued-pack.js'
import { PlaceTable } from './place-table.js'

/** A pack whose directory cannot be had: gone, or damaged. What index files say of it tells what is lost. */
export interface LostPack {
  readonly id: PackId
  /** Whether there is a file of that name. */
  readonly isListed: boolean
}

/** A pack whose directory was read. */
export interface FoundPack {
  readonly id: PackId
  readonly sizeBytes: number
  readonly directory: PackDirectory
}

/** So many chunks are kept in memory too: 32 MiB at most. */
const tableChunksMax = 1_000_000

/** Hears of the places of a chunk: those that a whole pack's directory proves, or those in lost packs. */
export type VisitPlace = (pack: CataloguedPack, chunk: number, block: number) => void

/**
 * Where every chunk is, from the packs' own directories: neither the index files nor this machine's cache are believed.
 * Kept in a folder of its own in the cache, for memory must not grow by more than 3 bytes a chunk.
 */
export class Catalogue implements AsyncDisposable {
  readonly packs = new Map<PackId, CataloguedPack>()
  readonly lost = new Map<PackId, LostPack>()
  readonly index: LocalIndex
  readonly reader: ChunkReader
  readonly #folder: string
  readonly #random: RandomSource
  readonly #indexStore: IndexStore
  /** By pack ordinal of the index. */
  #byOrdinal: (CataloguedPack | LostPack)[] = []
  /** In the order in which they came: the pack numbers of the table. */
  readonly #inOrder: CataloguedPack[] = []
  /** Gone once there are too many chunks. */
  #table: PlaceTable | undefined = new PlaceTable()

  constructor(store: Store) {
    const { backend, seals, codec, repositoryId } = store
    this.#random = store.random
    this.#folder = store.scratchFolder('check')
    this.index = LocalIndex.open(this.#folder, repositoryId)
    this.#indexStore = new IndexStore(backend, seals, codec, this.index)
    this.reader = new ChunkReader(backend, seals, codec, store.keys.keyring.idKey, this.index, async () => {})
  }

  /** Errors: `backend` where the cache cannot be written. */
  addPacks(packs: readonly FoundPack[]): void {
    if (packs.length === 0) return
    for (const { id, sizeBytes, directory } of packs) {
      const pack = new CataloguedPack(id, sizeBytes, directory)
      this.packs.set(id, pack)
      this.#table?.add(this.#inOrder.push(pack) - 1, directory)
      if (this.#table !== undefined && this.#table.count > tableChunksMax) this.#table = undefined
    }
    this.#indexStore.addToLocal(packs)
    this.#requireWritten()
  }

  addLost(pack: LostPack, entries: Uint8Array): void {
    this.lost.set(pack.id, pack)
    if (entries.length === 0) return
    this.index.addRun({ entries, packs: [{ packId: pack.id, sizeBytes: 0 }], indexFiles: [] })
    this.#requireWritten()
  }

  /** Nothing is added from here on. */
  seal(): void {
    this.index.mergeRuns()
    this.#byOrdinal = this.index.packs.map(({ packId }) => {
      const id = packId as PackId
      return this.packs.get(id) ?? this.lost.get(id) ?? { id, isListed: false }
    })
    this.#requireWritten()
  }

  /** Every proved place; gives how many. `expected` is the check value. */
  places(id: ChunkId, kind: ChunkKind, expected: number, visit: VisitPlace): number {
    let found = 0
    const consider = (pack: CataloguedPack | LostPack, location: number): void => {
      if (!(pack instanceof CataloguedPack) || pack.kind !== kind) return
      const block = blockOrdinalOf(location)
      const chunk = pack.firstChunks[block]! + chunkOrdinalOf(location)
      if (pack.checkValues[chunk] !== expected) return
      found++
      visit(pack, chunk, block)
    }
    if (this.#table !== undefined)
      this.#table.forEach(id, (pack, location) => consider(this.#inOrder[pack]!, location))
    else this.index.lookupAll(id, (ordinal, location) => consider(this.#byOrdinal[ordinal]!, location))
    return found
  }

  packAt(ordinal: number): CataloguedPack | undefined {
    const pack = this.#byOrdinal[ordinal]
    return pack instanceof CataloguedPack ? pack : undefined
  }

  /** The lost packs that index files say a chunk is in. */
  lostPlaces(id: ChunkId): LostPack[] {
    const lost: LostPack[] = []
    this.index.lookupAll(id, (ordinal) => {
      const pack = this.#byOrdinal[ordinal]!
      if (!(pack instanceof CataloguedPack)) lost.push(pack)
    })
    return lost
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.index.close()
    await removeTree(this.#folder, this.#random)
  }

  /** An index that could not be written would look like lost data. */
  #requireWritten(): void {
    const { problem } = this.index
    if (problem === undefined && !this.index.damaged) return
    throw new VarveError(
      'backend',
      `the cache folder ${this.#folder} does not keep what is written: ${problem ?? 'damaged'}`,
      {
        hint: 'check needs some space there, 24 bytes for each chunk. Free some, or name another folder with --cache-dir.',
      },
    )
  }
}
