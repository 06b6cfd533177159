import { join } from 'node:path'
import { CorruptError, VarveError } from '../errors.js'
import { makeFolders } from '../filesystem/make-folders.js'
import { writeFilterFile } from './filter-file.js'
import { FingerprintFilter, newFilterSegment } from './fingerprint-filter.js'
import { sweepFolder } from './index-folder.js'
import { loadFilterSegment } from './load-filter.js'
import {
  decodeManifest,
  emptyManifest,
  encodeManifest,
  type Manifest,
  type PackRecord,
  readManifestText,
  replaceManifestText,
} from './manifest.js'
import { type IndexAddition, withAddition, withMerge } from './manifest-change.js'
import { withPacksGone } from './pack-table.js'
import { RunSet } from './run-set.js'

const ATTEMPTS_MAX = 3
/** Below this reading the runs takes less time than writing a file. */
const SAVED_ENTRIES_MIN = 1_000_000

/**
 * Where each chunk of a repository is, as far as this machine knows: a folder of immutable runs and a manifest that is
 * replaced at once. Any number of processes may have it open. It is a cache: what is missing, damaged, or of another
 * repository makes it empty and is noted in `problem`, and the caller fills it again from the repository's index files.
 * No method throws for the state of the disk; those that write give false when they could not.
 */
export class LocalIndex {
  /** The last thing that went wrong with the folder, for a message to the user. */
  problem: string | undefined
  /** Where the last successful `lookup` pointed. */
  packOrdinal = 0
  location = 0
  #folder: string
  readonly #repositoryId: string
  #manifest: Manifest
  #text: string | undefined
  #runs = RunSet.empty
  #removed: ReadonlySet<number> = new Set()

  private constructor(folder: string, repositoryId: string) {
    this.#folder = folder
    this.#repositoryId = repositoryId
    this.#manifest = emptyManifest(repositoryId)
  }

  /** Makes the folder when it is missing. `repositoryId`: any text that is the repository's own. */
  static open(folder: string, repositoryId: string): LocalIndex {
    const index = new LocalIndex(folder, repositoryId)
    index.moveTo(folder)
    return index
  }

  /** Goes on in another folder with what is there; for one that cannot be written. */
  moveTo(folder: string): void {
    this.#folder = folder
    this.problem = undefined
    this.#attempt(() => makeFolders(folder))
    this.reload()
  }

  /** The position is the pack ordinal. Packs that were removed keep theirs until a merge compacts the table. */
  get packs(): readonly PackRecord[] {
    return this.#manifest.packs
  }

  get removedPacks(): ReadonlySet<number> {
    return this.#removed
  }

  /** The repository's index files that need not be read. */
  get indexFiles(): ReadonlySet<string> {
    return new Set(this.#manifest.indexFiles)
  }

  get entryCount(): number {
    return this.#manifest.runs.reduce((sum, run) => sum + run.entryCount, 0)
  }

  /** For threads that open the runs for themselves; in descending order of size. */
  get runPaths(): readonly string[] {
    return this.#manifest.runs.map(({ name }) => join(this.#folder, name))
  }

  /** Whether a lookup met a damaged page. What it holds is not found; `clear()` and a rebuild mend it. */
  get damaged(): boolean {
    return this.#runs.damaged
  }

  /** Finds the id whose 16 or more bytes start at `offset` in a pack that is not removed. */
  lookup(id: Uint8Array, offset = 0): boolean {
    return this.lookupAll(
      id,
      (packOrdinal, location) => {
        this.packOrdinal = packOrdinal
        this.location = location
        return true
      },
      offset,
    )
  }

  /** Visits every place of the id until `visit` gives true; gives whether it did. */
  lookupAll(
    id: Uint8Array,
    // biome-ignore lint/suspicious/noConfusingVoidType: a visitor that wants all places returns nothing
    visit: (packOrdinal: number, location: number) => boolean | void,
    offset = 0,
  ): boolean {
    for (const { run } of this.#runs.runs)
      for (let hit = run.lookup(id, offset); hit; hit = run.lookupNext())
        if (!this.#removed.has(run.packOrdinal) && visit(run.packOrdinal, run.location) === true) return true
    return false
  }

  /** Takes over what other processes wrote. */
  reload(): void {
    const text = readManifestText(this.#folder)
    if (text === this.#text || this.#take(text)) return
    // A run may have been merged away between the two reads. The newer manifest does not name it.
    const again = readManifestText(this.#folder)
    if (again !== text && this.#take(again)) return
    this.#adopt(emptyManifest(this.#repositoryId), again, RunSet.empty)
    this.problem = 'the local index is damaged or of another repository, and will be built anew'
  }

  /** Writes a run; `mergeRuns` is due some time later. */
  addRun(addition: IndexAddition): boolean {
    return this.#update((current) => withAddition(this.#folder, current, addition))
  }

  /** Merges until there are few runs, and drops what removed packs held. Takes 0.1 s a million entries. */
  mergeRuns(): boolean {
    for (;;) {
      const before = this.#manifest.runs
      if (!this.#update((current) => withMerge(this.#folder, current, this.#runs))) return false
      if (this.#manifest.runs === before) return true
    }
  }

  /** Entries of these packs are not found any more; the next merges drop them. */
  withPacksRemoved(packIds: ReadonlySet<string>): boolean {
    return this.#update((current) => ({ ...current, ...withPacksGone(current, packIds) }))
  }

  /** Empties the index. */
  clear(): boolean {
    return this.#update(() => emptyManifest(this.#repositoryId))
  }

  /** Removes what processes that died left here long before the last change. */
  sweep(): void {
    sweepFolder(this.#folder, this.#manifest)
  }

  /** A filter that knows every entry. A damaged run clears the index, and the filter is empty. */
  loadFilter(): FingerprintFilter {
    let segment = newFilterSegment(0)
    const loaded = this.#attempt(() => {
      const { segment: filled, isNew } = loadFilterSegment(this.#folder, this.#manifest, this.#runs)
      segment = filled
      if (isNew && this.entryCount >= SAVED_ENTRIES_MIN) this.#saveFilter(filled)
    })
    if (!loaded) this.clear()
    return new FingerprintFilter({ buffers: [segment] })
  }

  close(): void {
    this.#runs.close()
    this.#runs = RunSet.empty
  }

  #saveFilter(segment: SharedArrayBuffer): void {
    const covered = new Set(this.#manifest.runs.map(({ name }) => name))
    this.#update((current) => ({
      ...current,
      filter: writeFilterFile(this.#folder, segment),
      runs: current.runs.map((run) => ({ ...run, inFilter: covered.has(run.name) })),
    }))
  }

  /**
   * Reads what is there, changes it, and writes it if no other process wrote meanwhile; else from the start, because pack
   * ordinals may have been given to other packs. The moment that remains is harmless: the last one wins, and what
   * the other one added is read again from the repository.
   */
  #update(change: (current: Manifest) => Manifest): boolean {
    return this.#attempt(() => {
      for (let attempt = 1; ; attempt++) {
        this.reload()
        const next = change(this.#manifest)
        if (next === this.#manifest) return
        const text = encodeManifest(next)
        const expected = attempt < ATTEMPTS_MAX ? { text: this.#text } : 'anything'
        if (!replaceManifestText(this.#folder, text, expected)) continue
        if (!this.#take(text))
          throw new VarveError('missing', 'a run of the local index vanished while it was written')
        return sweepFolder(this.#folder, next)
      }
    })
  }

  #take(text: string | undefined): boolean {
    const manifest =
      text === undefined ? emptyManifest(this.#repositoryId) : decodeManifest(text, this.#repositoryId)
    const runs = manifest && RunSet.open(this.#folder, manifest.runs, this.#runs)
    if (manifest === undefined || runs === undefined) return false
    this.#adopt(manifest, text, runs)
    return true
  }

  #adopt(manifest: Manifest, text: string | undefined, runs: RunSet): void {
    if (runs === RunSet.empty) this.#runs.close()
    this.#manifest = manifest
    this.#text = text
    this.#runs = runs
    this.#removed = new Set(manifest.removedPacks)
  }

  /** Errors of the world are noted; a damaged run empties the index, a full disk leaves it as it is. Others are bugs. */
  #attempt(action: () => void): boolean {
    try {
      action()
      return true
    } catch (error) {
      const isWorld = error instanceof VarveError || (error as NodeJS.ErrnoException).syscall !== undefined
      if (!isWorld) throw error
      this.problem = (error as Error).message
      if (error instanceof CorruptError) this.clear()
      return false
    }
  }
}
