import type { Backend } from '../backend/backend.js'
import type { LocalIndex } from '../chunk-index/local-index.js'
import { ignoreMissingOrCorrupt } from '../errors.js'
import type { ChunkId, ChunkKind, PackId } from '../format/ids.js'
import type { PackDirectory } from '../format/pack-directory.js'
import type { Seals } from '../format/seal.js'
import { listPacks } from './pack-listing.js'
import { readDirectory } from './read-directory.js'

interface PackWithChunk {
  readonly packId: PackId
  readonly directory: PackDirectory
  /** The chunk's number in the pack. */
  readonly chunk: number
}

/** Directories that are read at the same time. */
const concurrent = 8

/**
 * Packs that no readable index file names, found by listing `packs/` (docs/FORMAT.md §6): an index file was lost or damaged, or
 * a backup did not come to its end. Their directories are read when a chunk is found nowhere else, and kept: 44 bytes a chunk.
 */
export class UnnamedPacks {
  #directories: Promise<ReadonlyMap<PackId, PackDirectory>> | undefined

  constructor(
    private readonly backend: Backend,
    private readonly seals: Seals,
    private readonly index: LocalIndex,
  ) {}

  async *withChunk(id: ChunkId, kind: ChunkKind): AsyncGenerator<PackWithChunk, void, undefined> {
    this.#directories ??= this.#read()
    for (const [packId, directory] of await this.#directories) {
      const chunk = directory.kind === kind ? directory.find(id) : -1
      if (chunk >= 0) yield { packId, directory, chunk }
    }
  }

  async #read(): Promise<ReadonlyMap<PackId, PackDirectory>> {
    const { packs, removedPacks } = this.index
    const named = new Set(packs.flatMap(({ packId }, ordinal) => (removedPacks.has(ordinal) ? [] : [packId])))
    const ids = [...(await listPacks(this.backend)).keys()].filter((id) => !named.has(id))
    const directories = new Map<PackId, PackDirectory>()
    for (let at = 0; at < ids.length; at += concurrent)
      await Promise.all(
        ids.slice(at, at + concurrent).map(async (id) => {
          const found = await readDirectory(this.backend, this.seals, id).catch(ignoreMissingOrCorrupt)
          if (found !== undefined) directories.set(id, found.directory)
        }),
      )
    return directories
  }
}
