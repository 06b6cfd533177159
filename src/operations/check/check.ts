import type { PackId } from '../../format/ids.js'
import { packName } from '../../format/names.js'
import type { Snapshot } from '../../format/snapshot.js'
import type { Suspect } from '../../format/suspect.js'
import { listIndexFiles, listPacks } from '../../repository/pack-listing.js'
import { compareSnapshots } from '../../repository/snapshot-order.js'
import type { Store } from '../../repository/store.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import type { CheckedPack } from '../../workers/check-jobs.js'
import { BrokenBlocks } from './broken-blocks.js'
import { Catalogue } from './catalogue.js'
import type { CataloguedPack } from './catalogued-pack.js'
import { IndexCheck } from './check-index.js'
import { checkKeys } from './check-keys.js'
import type { CheckOptions, CheckReport } from './check-options.js'
import { checkRecords } from './check-records.js'
import { TreeCheck } from './check-trees.js'
import { coveredText } from './covered.js'
import { packsToRead } from './data-subset.js'
import { Dependents } from './dependents.js'
import { Findings } from './findings.js'
import { LossOwners } from './loss-owners.js'
import { markSuspects } from './mark-suspects.js'
import { packNamedInPart } from './next-step.js'
import { readCatalogue } from './read-catalogue.js'
import { type OpenPackReader, openThreads, readPacks } from './read-packs.js'

/**
 * Verifies the repository: keys, records, index files, packs, the trees of all snapshots, and with `readData` every stored
 * byte. Damage is in the report; nothing is changed but with `mark`. Errors: `interrupted`, `invalid-argument`, `backend`.
 */
export const check = async (
  store: Store,
  options: CheckOptions = {},
  openPackReader: OpenPackReader = openThreads,
): Promise<CheckReport> => {
  await using catalogue = new Catalogue(store)
  return await new CheckRun(store, options, catalogue, openPackReader).run()
}

class CheckRun {
  readonly #startNs: bigint
  readonly #findings = new Findings()
  readonly #broken: BrokenBlocks
  readonly #index: IndexCheck
  readonly #trees: TreeCheck
  /** What was read before the catalogue was complete. */
  readonly #early: (readonly [PackId, CheckedPack])[] = []
  #isCatalogued = false
  #phase = ''
  #packsRead = 0
  #bytesRead = 0
  #bytesToRead = 0

  constructor(
    private readonly store: Store,
    private readonly options: CheckOptions,
    private readonly catalogue: Catalogue,
    private readonly openPackReader: OpenPackReader,
  ) {
    this.#startNs = store.now()
    this.#broken = new BrokenBlocks(catalogue, this.#findings)
    this.#index = new IndexCheck(store, catalogue, this.#findings)
    this.#trees = new TreeCheck(store, catalogue, this.#findings, {
      signal: options.signal,
      onNodes: () => this.#progress(this.#bytesToRead > 0 ? 'trees and data' : 'trees'),
    })
  }

  /** Snapshots are listed before index files, and these before packs: whoever writes goes the other way (docs/FORMAT.md §10). */
  async run(): Promise<CheckReport> {
    const { store, options, catalogue } = this
    this.#progress('keys and records')
    const { snapshots, suspects } = await checkRecords(store, this.#findings)
    await checkKeys(store, this.#findings)
    const indexFiles = await listIndexFiles(store.backend)
    const listed = await listPacks(store.backend)
    const toRead = packsToRead(listed, options, store.random)
    for (const id of toRead) this.#bytesToRead += listed.get(id)!
    snapshots.sort(compareSnapshots)
    await this.#whileReading(toRead, async () => {
      await readCatalogue(store, listed, catalogue, this.#findings, () => this.#progress('pack directories'))
      throwIfAborted(options.signal)
      this.#progress('index files')
      await this.#index.run(indexFiles, listed)
      catalogue.seal()
      this.#broken.takeSuspects(suspects)
      this.#takeEarly()
      await this.#checkTrees(snapshots)
    })
    await this.#judge(snapshots, suspects)
    const marked = options.mark === true ? await markSuspects(store, catalogue, this.#broken, suspects) : 0
    return this.#report(snapshots.length, listed.size, marked)
  }

  /** The threads read from the start on: they need not wait for directories and index files, which are this one's work. */
  async #whileReading(ids: readonly PackId[], step: () => Promise<void>): Promise<void> {
    const failed = new AbortController()
    const signals = [this.options.signal, failed.signal].filter((signal) => signal !== undefined)
    const onPack = (id: PackId, result: CheckedPack): void => this.#packRead(id, result)
    const reading = readPacks(this.store, ids, {
      open: this.openPackReader,
      onPack,
      signal: AbortSignal.any(signals),
    })
    const stepping = step()
    try {
      await Promise.all([reading, stepping])
    } catch (error) {
      failed.abort()
      await Promise.allSettled([reading, stepping])
      throw error
    }
  }

  #takeEarly(): void {
    this.#isCatalogued = true
    for (const [id, result] of this.#early.splice(0)) this.#judgeRead(id, result)
  }

  async #checkTrees(snapshots: readonly Snapshot[]): Promise<void> {
    for (const snapshot of snapshots) await this.#trees.check(snapshot)
  }

  #packRead(id: PackId, result: CheckedPack): void {
    this.#packsRead++
    this.#bytesRead += result.bytesRead
    if (this.#isCatalogued) this.#judgeRead(id, result)
    else this.#early.push([id, result])
    this.#progress(this.#phase)
  }

  #judgeRead(id: PackId, result: CheckedPack): void {
    const pack = this.catalogue.packs.get(id)
    if (pack !== undefined) this.#broken.take(pack, result)
  }

  /** Decides what is damage, and names what depends on it. */
  async #judge(snapshots: readonly Snapshot[], suspects: readonly Suspect[]): Promise<void> {
    const { references, unreadable } = this.#trees
    const unindexed = await this.#unindexed()
    this.#remarkUnneeded()
    const anyLost = await this.#broken.judge()
    if (anyLost || references.hasLost || unreadable.any || unindexed.size > 0) {
      const owners = new LossOwners(this.catalogue, this.#findings, unindexed, unreadable.invalid)
      const dependents = new Dependents(this.catalogue, owners, this.options.signal)
      this.#progress('what depends on the damage')
      for (const snapshot of snapshots) await dependents.name(snapshot)
    }
    const recorded = new Set(suspects.filter(({ blocks }) => blocks === null).map(({ pack }) => pack))
    for (const { id } of this.catalogue.lost.values())
      if (recorded.has(id))
        this.#findings.spareUnneeded(packName(id), 'is recorded as suspect; no snapshot needs it')
  }

  /** No damage: an interrupted backup leaves such, and its next run takes them over. */
  #remarkUnneeded(): void {
    const unneeded = [...this.catalogue.packs.values()].filter((pack) => !pack.isNeeded)
    if (unneeded.length === 0) return
    const sizeBytes = unneeded.reduce((sum, pack) => sum + pack.sizeBytes, 0)
    const packs = unneeded.length === 1 ? '1 pack' : `${unneeded.length} packs`
    this.#findings.remark(`no snapshot needs ${packs} of ${sizeBytes} bytes: interrupted backups leave such`)
  }

  /** Packs that are needed and that index files do not name. A collector may have merged index files meanwhile: they are listed again. */
  async #unindexed(): Promise<Set<CataloguedPack>> {
    const incomplete = () =>
      [...this.catalogue.packs.values()].filter(({ id }) => !this.#index.isComplete(id))
    if (incomplete().some((pack) => pack.isNeeded)) {
      await this.#index.runAgain()
      this.catalogue.seal()
    }
    const unindexed = new Set<CataloguedPack>()
    for (const pack of incomplete()) {
      if (pack.isNeeded) {
        unindexed.add(pack)
        this.#findings.damage(pack.name, packNamedInPart)
      } else this.#findings.remark(`${pack.name} is not named by index files, and no snapshot needs it`)
    }
    return unindexed
  }

  #report(snapshots: number, packs: number, marked: number): CheckReport {
    const { damages, remarks } = this.#findings
    for (const damage of damages) this.options.onDamage?.(damage)
    const { nodes: treeNodes, references } = this.#trees
    const counts = {
      snapshots,
      treeNodes,
      chunks: references.chunks,
      packs,
      packsRead: this.#packsRead,
      bytesRead: this.#bytesRead,
    }
    const durationMs = Number(this.store.now() - this.#startNs) / 1e6
    return { ...counts, damages, remarks, covered: coveredText(counts), marked, durationMs }
  }

  #progress(phase: string): void {
    this.#phase = phase
    this.options.onProgress?.({
      phase,
      filesDone: this.#trees?.nodes ?? 0,
      bytesDone: this.#bytesRead,
      ...(this.#bytesToRead > 0 ? { bytesTotal: this.#bytesToRead } : {}),
    })
  }
}
