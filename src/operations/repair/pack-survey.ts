import { CorruptError, VarveError } from '../../errors.js'
import type { ChunkKind, PackId } from '../../format/ids.js'
import { packName } from '../../format/names.js'
import { EntrySum } from '../../repository/entry-sum.js'
import type { IndexablePack } from '../../repository/index-store.js'
import { readDirectory } from '../../repository/read-directory.js'
import type { Store } from '../../repository/store.js'
import type { DamagedObject } from './repair-options.js'

/** Directories that are read at the same time. */
const concurrent = 8

/** What is kept of a pack whose directory was read: some hundred bytes, whatever it holds. */
export interface HealthyPack {
  readonly sizeBytes: number
  readonly kind: ChunkKind
  /** What index files must say of it. */
  readonly entries: EntrySum
}

/** Reads the directories of packs: those that open, and those that do not. */
export class PackSurvey {
  readonly healthy = new Map<PackId, HealthyPack>()
  readonly torn = new Map<PackId, DamagedObject>()

  /** `onFound` gets each pack that opens, with its directory. */
  constructor(
    private readonly store: Store,
    private readonly onFound: (pack: IndexablePack) => void = () => {},
  ) {}

  get count(): number {
    return this.healthy.size + this.torn.size
  }

  async read(ids: Iterable<PackId>, onPack: () => void): Promise<void> {
    const all = [...ids].sort()
    for (let at = 0; at < all.length; at += concurrent) {
      await Promise.all(all.slice(at, at + concurrent).map((id) => this.#read(id)))
      onPack()
    }
  }

  async #read(id: PackId): Promise<void> {
    try {
      const { sizeBytes, directory } = await readDirectory(this.store.backend, this.store.seals, id)
      this.healthy.set(id, { sizeBytes, kind: directory.kind, entries: EntrySum.ofDirectory(directory) })
      this.onFound({ id, sizeBytes, directory })
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      // What vanished since it was listed is like what was never listed.
      if (error.code === 'missing') return
      if (!(error instanceof CorruptError)) throw error
      const object = packName(id)
      this.torn.set(id, { object, message: error.message.slice(error.object.length + 2) })
    }
  }
}
