import { blockOrdinalOf, chunkOrdinalOf } from '../../chunk-index/entry.js'
import { LocalIndex } from '../../chunk-index/local-index.js'
import { ChunkHasher } from '../../crypto/chunk-id.js'
import { VarveError } from '../../errors.js'
import { removeTree } from '../../filesystem/tree-removal.js'
import type { ChunkId, ChunkKind, PackId } from '../../format/ids.js'
import type { PackDirectory } from '../../format/pack-directory.js'
import { ChunkReader } from '../../repository/chunk-reader.js'
import type { IndexablePack } from '../../repository/index-store.js'
import { IndexStore } from '../../repository/index-store.js'
import type { Store } from '../../repository/store.js'
import { PackSurvey } from './pack-survey.js'
import { isLost } from './tree-walk.js'

/** Gathered before they are sorted into a run: some 70 bytes of memory each until then. */
const chunksAtOnce = 256 * 1024

/**
 * Where every chunk is, from the packs' own directories and nothing else, in a folder of its own in the cache: 24 bytes on
 * the disk for each chunk. Proves copies by reading them.
 */
export class PackCatalogue implements AsyncDisposable {
  readonly survey: PackSurvey
  /** Packs that do not count as places of a chunk: damaged, condemned, gone. */
  readonly excluded = new Set<string>()
  /** Packs in which a whole copy was found. */
  readonly reliedOn = new Set<PackId>()
  readonly reader: ChunkReader
  readonly #folder: string
  readonly #index: LocalIndex
  readonly #indexStore: IndexStore
  readonly #hasher: ChunkHasher
  #gathered: IndexablePack[] = []
  #chunks = 0

  constructor(private readonly store: Store) {
    const { backend, seals, codec, repositoryId, keys } = store
    this.#folder = store.scratchFolder('repair')
    this.#index = LocalIndex.open(this.#folder, repositoryId)
    this.#indexStore = new IndexStore(backend, seals, codec, this.#index)
    this.#hasher = new ChunkHasher(keys.keyring.idKey)
    this.reader = new ChunkReader(backend, seals, codec, keys.keyring.idKey, this.#index, async () => {})
    this.survey = new PackSurvey(store, (pack) => this.add(pack))
  }

  add(pack: IndexablePack): void {
    this.#gathered.push(pack)
    this.#chunks += pack.directory.chunkSizes.length
    if (this.#chunks >= chunksAtOnce) this.settle()
  }

  /** Whatever was added can be looked up. Errors: `backend` where the cache cannot be written. */
  settle(): void {
    if (this.#gathered.length === 0) return
    this.#indexStore.addToLocal(this.#gathered)
    this.#gathered = []
    this.#chunks = 0
    const { problem, damaged } = this.#index
    if (problem === undefined && !damaged) return
    throw new VarveError('backend', `the cache folder ${this.#folder} does not keep what is written`, {
      hint: 'repair needs some space there, 24 bytes for each chunk. Free some, or name another folder with --cache-dir.',
    })
  }

  /** Whether a pack that counts has the chunk, read and recomputed. `id` may be its first 16 bytes. */
  async hasWholeCopy(id: Uint8Array, kind?: ChunkKind): Promise<boolean> {
    for (const { packId, location } of this.hintsOf(id)) {
      if (this.excluded.has(packId)) continue
      if (!(await this.#isWhole(packId, location, id, kind))) continue
      this.reliedOn.add(packId)
      return true
    }
    return false
  }

  async #isWhole(
    packId: PackId,
    location: number,
    id: Uint8Array,
    kind: ChunkKind | undefined,
  ): Promise<boolean> {
    try {
      const directory = await this.reader.directoryOf(packId)
      const block = blockOrdinalOf(location)
      const chunk = directory.chunkAt({ block, ordinal: chunkOrdinalOf(location) })
      if ((kind !== undefined && directory.kind !== kind) || !startsWith(directory.idOf(chunk), id))
        return false
      const content = await this.reader.blockContent(packId, directory, block)
      return this.#idAt(directory, block, chunk, content).equals(directory.idOf(chunk))
    } catch (error) {
      if (isLost(error)) return false
      throw error
    }
  }

  #idAt(directory: PackDirectory, block: number, chunk: number, content: Buffer): Buffer {
    let start = 0
    for (let before = directory.firstChunks[block]!; before < chunk; before++)
      start += directory.chunkSizes[before]!
    return this.#hasher.idOf(directory.kind, content, start, start + directory.chunkSizes[chunk]!)
  }

  /** Where directories say that a chunk is. `id` may be its first 16 bytes. */
  hintsOf(id: Uint8Array): { packId: PackId; location: number }[] {
    const hints: { packId: PackId; location: number }[] = []
    this.#index.lookupAll(id as ChunkId, (ordinal, location) => {
      hints.push({ packId: this.#index.packs[ordinal]!.packId as PackId, location })
    })
    return hints
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#index.close()
    await removeTree(this.#folder, this.store.random)
  }
}

const startsWith = (whole: Uint8Array, start: Uint8Array): boolean =>
  Buffer.compare(whole.subarray(0, start.length), start) === 0
