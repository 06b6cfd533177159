import { blockOrdinalOf } from '../../chunk-index/entry.js'
import type { ChunkId, ChunkKind, PackId } from '../../format/ids.js'
import type { Suspect } from '../../format/suspect.js'
import type { PackCatalogue } from './pack-catalogue.js'

/**
 * Whether a chunk can be had: a pack's directory has it, in a block that nobody called suspect; or else, and always with
 * `readData`, it was read and its id recomputed.
 */
export class Presence {
  /** Packs that something was found in. */
  readonly packs = new Set<PackId>()
  /** Null for all blocks. */
  readonly #suspect = new Map<PackId, Set<number> | null>()

  constructor(
    private readonly catalogue: PackCatalogue,
    suspects: readonly Suspect[],
    private readonly readData: boolean,
  ) {
    for (const { pack, blocks } of suspects) {
      const known = this.#suspect.get(pack)
      if (known === null || blocks === null) this.#suspect.set(pack, null)
      else this.#suspect.set(pack, new Set([...(known ?? []), ...blocks]))
    }
  }

  isThere(id: ChunkId, kind: ChunkKind): boolean | Promise<boolean> {
    let isDoubtful = false
    if (!this.readData)
      for (const { packId, location } of this.catalogue.hintsOf(id)) {
        if (this.#isSuspect(packId, blockOrdinalOf(location))) isDoubtful = true
        else {
          this.packs.add(packId)
          return true
        }
      }
    return this.readData || isDoubtful ? this.#isReadable(id, kind) : false
  }

  async #isReadable(id: ChunkId, kind: ChunkKind): Promise<boolean> {
    const isWhole = await this.catalogue.hasWholeCopy(id, kind)
    if (isWhole) for (const pack of this.catalogue.reliedOn) this.packs.add(pack)
    return isWhole
  }

  #isSuspect(pack: PackId, block: number): boolean {
    const blocks = this.#suspect.get(pack)
    return blocks === null || blocks?.has(block) === true
  }
}
