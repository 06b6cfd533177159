import { CorruptError, VarveError } from '../../errors.js'
import { requireWritable } from '../../format/config.js'
import type { PackId } from '../../format/ids.js'
import { configName, packName } from '../../format/names.js'
import type { Suspect } from '../../format/suspect.js'
import { requireWritableFeatures } from '../../repository/feature-store.js'
import { listCondemned, listIndexFiles, listPacks, listSuspects } from '../../repository/pack-listing.js'
import { packTargetBytes } from '../../repository/prepare-index.js'
import type { Store } from '../../repository/store.js'
import { isSuspectAlready, type NewSuspect, writeSuspect } from '../../repository/suspect-store.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import { BlockSaver } from './block-saver.js'
import { condemn, vanishing } from './condemn.js'
import { type ExaminedPack, examinePack } from './examine-pack.js'
import { IndexSurvey } from './index-survey.js'
import { PackCatalogue } from './pack-catalogue.js'
import { blocksToSave, type PlannedPack, planPacks } from './planned-pack.js'
import { recordsToEnd } from './records-to-end.js'
import type { DamagedObject, RepairOptions, RepairPacksReport } from './repair-options.js'
import { setAllAside } from './set-aside.js'
import { writeIndexOf } from './write-index.js'

/** Times that copies are looked for again because collectors took them meanwhile. */
const lookingsMax = 5

/** What is known before packs are read in full. */
export interface Known {
  readonly listed: ReadonlyMap<PackId, number>
  readonly torn: ReadonlyMap<PackId, DamagedObject>
  readonly suspects: readonly Suspect[]
}

export interface Mending extends RepairOptions {
  /** The packs that are to be read in full. */
  readonly choose: (known: Known) => Iterable<PackId>
  /** Move damaged packs into the quarantine; otherwise they stay. */
  readonly setAside: boolean
}

/**
 * Reads packs in full, saves what is whole of damaged ones, and sets these aside: a collector in the sense of
 * docs/GC-PROTOCOL.md that takes every chunk it can read for alive. In this order, each durable before the next: suspects,
 * new packs, index files, the condemnation, the look at others' (G5), copies in the quarantine, the end of the originals,
 * the end of the records.
 */
export const mendPacks = async (store: Store, mending: Mending): Promise<RepairPacksReport> => {
  await using catalogue = new PackCatalogue(store)
  return await new PackMending(store, mending, catalogue).run()
}

class PackMending {
  #packsExamined = 0
  #bytesRead = 0
  #listed: ReadonlyMap<PackId, number> = new Map()
  #suspects: readonly Suspect[] = []

  constructor(
    private readonly store: Store,
    private readonly mending: Mending,
    private readonly catalogue: PackCatalogue,
  ) {}

  async run(): Promise<RepairPacksReport> {
    const { store, mending } = this
    await this.#survey()
    const plans = await planPacks(store, this.catalogue, await this.#examine())
    const leaving = new Set(mending.setAside ? plans.map(({ id }) => id) : [])
    const done = mending.dryRun === true ? { newPacks: [], remarks: [] } : await this.#write(plans)
    return {
      dryRun: mending.dryRun === true,
      packsExamined: this.#packsExamined,
      packs: plans.map(({ report }) => report),
      ...done,
      suspectsEnded: await this.#endRecords(leaving),
    }
  }

  async #survey(): Promise<void> {
    const { store, catalogue } = this
    for (const id of await listCondemned(store.backend, store.seals)) catalogue.excluded.add(id)
    this.#suspects = await listSuspects(store.backend, store.seals)
    for (const { pack } of this.#suspects) catalogue.excluded.add(pack)
    this.#listed = await listPacks(store.backend)
    await catalogue.survey.read(this.#listed.keys(), () => this.#progress('pack directories'))
    catalogue.settle()
  }

  /** Those that are damaged. From here on they do not count as places of chunks. */
  async #examine(): Promise<ExaminedPack[]> {
    const { mending, catalogue } = this
    const known = { listed: this.#listed, torn: catalogue.survey.torn, suspects: this.#suspects }
    const suspected = new Set(this.#suspects.map(({ pack }) => pack))
    const damaged: ExaminedPack[] = []
    for (const id of new Set(mending.choose(known))) {
      const examined = await this.#examinePack(id)
      if (examined === undefined) continue
      this.#packsExamined++
      if (examined.message === undefined && !suspected.has(id)) continue
      catalogue.excluded.add(id)
      damaged.push(examined)
    }
    return damaged
  }

  /** Undefined where the pack vanished since it was listed. */
  async #examinePack(id: PackId): Promise<ExaminedPack | undefined> {
    try {
      return await examinePack(this.store, id, this.mending.signal, (count) => {
        this.#bytesRead += count
        this.#progress('packs')
      })
    } catch (error) {
      if (error instanceof VarveError && error.code === 'missing') return undefined
      throw error
    }
  }

  async #write(plans: readonly PlannedPack[]): Promise<{ newPacks: PackId[]; remarks: string[] }> {
    const { store, mending } = this
    if (plans.length === 0) return { newPacks: [], remarks: [] }
    requireWritable(store.keys.config, configName)
    await requireWritableFeatures(store.backend)
    for (const { examined } of plans) await this.#suspect(examined)
    const newPacks = await this.#save(plans)
    const remarks = mending.setAside
      ? await setAllAside(
          store.backend,
          plans.map(({ report }) => report),
        )
      : []
    return { newPacks, remarks }
  }

  /** So that nobody deduplicates against it, even if nothing of what follows happens. */
  async #suspect({ id, broken, message }: ExaminedPack): Promise<void> {
    if (message === undefined) return
    const blocks = broken === undefined || broken.length === 0 ? null : broken
    const suspect: NewSuspect = { pack: id, blocks, reason: message }
    if (!isSuspectAlready(this.#suspects, suspect)) await writeSuspect(this.store, suspect)
  }

  async #save(plans: readonly PlannedPack[]): Promise<PackId[]> {
    const { store, mending, catalogue } = this
    const storedBytes = [...this.#listed.values()].reduce((sum, sizeBytes) => sum + sizeBytes, 0)
    await using saver = new BlockSaver(store, packTargetBytes(storedBytes), (pack) => catalogue.add(pack))
    for (let looking = 1; looking <= lookingsMax; looking++) {
      for (const { id, examined, toSave } of plans)
        for (const block of looking === 1 ? toSave : await blocksToSave(catalogue, examined)) {
          throwIfAborted(mending.signal)
          await saver.save(id, block)
        }
      await saver.finish()
      catalogue.settle()
      await this.#securePacksReliedOn()
      if (looking === 1 && mending.setAside)
        await condemn(
          store,
          plans.map(({ id }) => id),
        )
      const gone = await vanishing(store, [...catalogue.reliedOn, ...saver.newPacks])
      if (gone.size === 0) return saver.newPacks
      for (const id of gone) {
        catalogue.excluded.add(id)
        catalogue.reliedOn.delete(id)
      }
    }
    throw new CorruptError(packName(plans[0]!.id), 'cannot be replaced: packs keep vanishing meanwhile', {
      hint: 'Run the repair again when no collector is running.',
    })
  }

  /** What a process that died has left may have no safe name yet, and no index file may tell readers of it. */
  async #securePacksReliedOn(): Promise<void> {
    const { store, catalogue } = this
    const { reliedOn, survey } = catalogue
    for (const id of reliedOn) await store.backend.makeDurable(packName(id))
    const index = new IndexSurvey(store, survey)
    const files = await listIndexFiles(store.backend)
    await store.index.makeDurable(files)
    await index.read(files)
    await writeIndexOf(
      store,
      index.incomplete().filter((id) => reliedOn.has(id)),
    )
  }

  async #endRecords(leaving: ReadonlySet<PackId>): Promise<number> {
    const { store, mending } = this
    if (!mending.setAside) return 0
    const isPlan = mending.dryRun === true
    const { suspects, condemned } = await recordsToEnd(store, isPlan ? leaving : new Set())
    if (!isPlan) for (const name of [...suspects, ...condemned]) await store.backend.remove(name)
    return suspects.length
  }

  #progress(phase: string): void {
    throwIfAborted(this.mending.signal)
    const filesDone = phase === 'packs' ? this.#packsExamined : this.catalogue.survey.count
    this.mending.onProgress?.({ phase, filesDone, bytesDone: this.#bytesRead })
  }
}
