import type { LocalIndex } from '../../chunk-index/local-index.js'
import { ignoreMissingOrCorrupt } from '../../errors.js'
import { type ChunkId, ChunkKind, type PackId } from '../../format/ids.js'
import type { PackDirectory } from '../../format/pack-directory.js'
import type { ChunkPlace, ChunkReader } from '../../repository/chunk-reader.js'

const recentMax = 8

interface Recent {
  readonly packId: PackId
  readonly directory: PackDirectory
}

/** Finds where chunks of file data are. Neighbours in a tree are mostly neighbours in a pack, so that is asked first. */
export class ChunkLocator {
  /** The one used last stands first. */
  readonly #recent: Recent[] = []
  /** What was found last. */
  #last: ChunkPlace | undefined

  constructor(
    private readonly index: LocalIndex,
    private readonly reader: ChunkReader,
  ) {}

  /** Undefined where no pack has it. A promise only where a directory must be read. */
  locate(id: ChunkId): ChunkPlace | undefined | Promise<ChunkPlace | undefined> {
    const next = this.#last && placeBehind(this.#last)
    if (next?.directory.hasId(next.chunk, id)) return this.#found(next)
    for (let at = 0; at < this.#recent.length; at++) {
      const recent = this.#recent[at]!
      const chunk = recent.directory.find(id)
      if (chunk < 0) continue
      if (at > 0) this.#remember(recent, at)
      return this.#found(placeOf(recent, chunk))
    }
    return this.#look(id)
  }

  async #look(id: ChunkId): Promise<ChunkPlace | undefined> {
    if (!this.index.lookup(id)) return this.#search(id)
    const packId = this.index.packs[this.index.packOrdinal]!.packId as PackId
    const directory = await this.reader.directoryOf(packId).catch(ignoreMissingOrCorrupt)
    const chunk = directory?.kind === ChunkKind.data ? directory.find(id) : -1
    if (directory === undefined || chunk < 0) return this.#search(id)
    const found = { packId, directory }
    this.#remember(found, -1)
    return this.#found(placeOf(found, chunk))
  }

  #found(place: ChunkPlace): ChunkPlace {
    this.#last = place
    return place
  }

  async #search(id: ChunkId): Promise<ChunkPlace | undefined> {
    for await (const place of this.reader.places(id, ChunkKind.data)) return place
    return undefined
  }

  #remember(recent: Recent, at: number): void {
    if (at >= 0) this.#recent.splice(at, 1)
    this.#recent.unshift(recent)
    if (this.#recent.length > recentMax) this.#recent.pop()
  }
}

const placeOf = ({ packId, directory }: Recent, chunk: number): ChunkPlace => ({
  packId,
  directory,
  block: directory.locationOf(chunk).block,
  chunk,
})

/** Of the chunk that stands next in the pack. */
const placeBehind = ({ packId, directory, block, chunk }: ChunkPlace): ChunkPlace | undefined => {
  const next = chunk + 1
  if (next >= directory.chunkCount) return undefined
  let nextBlock = block
  while (next >= directory.firstChunks[nextBlock + 1]!) nextBlock++
  return { packId, directory, block: nextBlock, chunk: next }
}
