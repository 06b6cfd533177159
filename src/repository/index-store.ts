import { createHash } from 'node:crypto'
import type { Backend } from '../backend/backend.js'
import { ENTRY_BYTES, locationOf, writeEntry } from '../chunk-index/entry.js'
import type { LocalIndex } from '../chunk-index/local-index.js'
import { sortEntries } from '../chunk-index/sort-entries.js'
import type { Codec } from '../compression/codec.js'
import { CorruptError, VarveError } from '../errors.js'
import type { IndexId, PackId } from '../format/ids.js'
import { decodeIndexFile, encodeIndexFile } from '../format/index-file.js'
import { indexFileEntriesMax } from '../format/limits.js'
import { indexName, packName } from '../format/names.js'
import type { DirectoryParts } from '../format/pack-directory.js'
import type { Seals } from '../format/seal.js'
import { listIndexFiles } from './pack-listing.js'

/** A pack as the index needs it. */
export interface IndexablePack {
  readonly id: PackId
  readonly sizeBytes: number
  readonly directory: DirectoryParts
}

/** The repository's index files and this machine's local index, kept in step. */
export class IndexStore {
  #rebuilt = false

  constructor(
    private readonly backend: Backend,
    private readonly seals: Seals,
    private readonly codec: Codec,
    readonly local: LocalIndex,
    /** Hears of index files that cannot be read: what they said comes from the packs' directories. */
    private readonly onDamage: (error: CorruptError) => void = () => {},
    /** Gives another folder for the local index, for the time being, where its own does not keep what is written. */
    private readonly spareFolder: (problem: string) => string = refuse,
  ) {}

  /**
   * Takes over index files that are new. Where one is gone, all are read again: which packs only that one named cannot be told any
   * more, and what this machine alone knows of would never be named for others again. Errors: `backend`, where there is no
   * folder that keeps the local index: a backup without it would store everything again.
   */
  async refresh(): Promise<void> {
    this.local.reload()
    while (!(await this.#takeOverNew())) this.#moveAway()
    this.local.mergeRuns()
  }

  /** Packs that are not in the storage any more: nothing is found in them. */
  async forgetPacks(ids: ReadonlySet<string>): Promise<void> {
    if (this.local.withPacksRemoved(ids)) return
    this.#moveAway()
    await this.refresh()
    this.local.withPacksRemoved(ids)
  }

  /** Forgets what the local index says, and reads all index files again. */
  async rebuild(): Promise<void> {
    this.local.clear()
    await this.refresh()
  }

  /**
   * Something was not found. The local index may be damaged, or of another state of the repository and without what has come
   * back since: it is built anew, once.
   */
  async refreshAfterMiss(): Promise<void> {
    if (this.#rebuilt) return this.refresh()
    this.#rebuilt = true
    await this.rebuild()
  }

  /** Whether a pack that is there counts as gone. */
  hasRemoved(listed: ReadonlyMap<string, number>): boolean {
    const { packs, removedPacks } = this.local
    return [...removedPacks].some((ordinal) => listed.has(packs[ordinal]!.packId))
  }

  /** Takes over packs for reading only, from their own directories; no index file names them. */
  addToLocal(packs: readonly IndexablePack[]): void {
    this.#addRun(entriesOf(packs), packs, [])
  }

  /** Names packs that were found and that no index file names; whoever made them may have died before they were safe. */
  async adopt(packs: readonly IndexablePack[]): Promise<void> {
    await Promise.all(packs.map(({ id }) => this.backend.makeDurable(packName(id))))
    await this.write(packs)
  }

  /** Writes index files for packs, which are durable, and takes them over. Durable when resolved. */
  async write(packs: readonly IndexablePack[]): Promise<void> {
    for (const group of inFiles(packs)) await this.#writeFile(group)
  }

  /** Whoever published an index file that was found may have died before its name was safe: a snapshot that needs it asks first. */
  async makeDurable(ids = this.local.indexFiles as ReadonlySet<IndexId>): Promise<void> {
    await Promise.all([...ids].map((id) => this.backend.makeDurable(indexName(id))))
  }

  async #writeFile(packs: readonly IndexablePack[]): Promise<void> {
    const entries = sortEntries(entriesOf(packs))
    const table = packs.map(({ id, sizeBytes, directory }) => ({ id, sizeBytes, kind: directory.kind }))
    const parts = encodeIndexFile(this.seals, { packs: table, entries, superseded: [] }, (page) =>
      this.#compress(page),
    )
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    const id = hash.digest('hex') as IndexId
    await this.backend.create(indexName(id), parts)
    this.#addRun(entries, packs, [id])
  }

  #moveAway(): void {
    this.local.moveTo(this.spareFolder(this.local.problem ?? 'for no reason that is known'))
  }

  /** False where the folder does not keep it. */
  async #takeOverNew(): Promise<boolean> {
    const listed = await listIndexFiles(this.backend)
    const isOneGone = [...this.local.indexFiles].some((id) => !listed.has(id as IndexId))
    if (isOneGone && !this.local.clear()) return false
    const known = this.local.indexFiles
    for (const id of listed) if (!known.has(id) && !(await this.#takeOver(id))) return false
    return true
  }

  async #takeOver(id: IndexId): Promise<boolean> {
    const name = indexName(id)
    try {
      const bytes = await this.backend.read(name)
      const { packs, entries } = decodeIndexFile(
        this.seals,
        bytes,
        (page, size) => this.#decompress(page, size),
        name,
      )
      return this.#addRun(entries, packs, [id])
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error
      this.onDamage(error)
      return true
    }
  }

  #addRun(
    entries: Uint8Array,
    packs: readonly { id: PackId; sizeBytes: number }[],
    indexFiles: IndexId[],
  ): boolean {
    const records = packs.map(({ id, sizeBytes }) => ({ packId: id, sizeBytes }))
    return this.local.addRun({ entries, packs: records, indexFiles })
  }

  #compress(page: Uint8Array): Uint8Array | undefined {
    const target = Buffer.allocUnsafe(page.length)
    const length = this.codec.compress(page, target.subarray(0, page.length - 1))
    return length === 0 ? undefined : target.subarray(0, length)
  }

  #decompress(page: Uint8Array, sizeBytes: number): Uint8Array {
    const target = Buffer.allocUnsafe(sizeBytes)
    this.codec.decompress(page, target)
    return target
  }
}

const refuse = (problem: string): never => {
  throw new VarveError('backend', `there is no folder that keeps the local index: ${problem}`, {
    hint: 'It takes some 40 bytes for each chunk. Free some space, or name another folder with --cache-dir.',
  })
}

/** Groups of packs whose entries fit into one index file. */
function* inFiles(packs: readonly IndexablePack[]): Generator<IndexablePack[], void, undefined> {
  let group: IndexablePack[] = []
  let entries = 0
  for (const pack of packs) {
    const chunks = pack.directory.chunkSizes.length
    if (group.length > 0 && entries + chunks > indexFileEntriesMax) {
      yield group
      group = []
      entries = 0
    }
    group.push(pack)
    entries += chunks
  }
  if (group.length > 0) yield group
}

/** Unsorted; pack ordinals are positions in `packs`. */
const entriesOf = (packs: readonly IndexablePack[]): Uint8Array => {
  const chunks = packs.reduce((sum, { directory }) => sum + directory.chunkSizes.length, 0)
  const entries = new Uint8Array(chunks * ENTRY_BYTES)
  let at = 0
  packs.forEach(({ directory }, packOrdinal) => {
    let chunk = 0
    directory.blockChunkCounts.forEach((count, block) => {
      for (let ordinal = 0; ordinal < count; ordinal++, chunk++, at += ENTRY_BYTES)
        writeEntry(
          entries,
          at,
          directory.ids.subarray(32 * chunk, 32 * chunk + 32),
          packOrdinal,
          locationOf(block, ordinal),
        )
    })
  })
  return entries
}
