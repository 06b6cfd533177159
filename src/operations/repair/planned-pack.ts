import { chunkKey, type PackId } from '../../format/ids.js'
import { idSizeBytes } from '../../format/limits.js'
import { packName } from '../../format/names.js'
import type { Store } from '../../repository/store.js'
import type { ExaminedPack } from './examine-pack.js'
import type { PackCatalogue } from './pack-catalogue.js'
import { promisedByIndex } from './promised-by-index.js'
import type { RepairedPack } from './repair-options.js'
import type { WholeBlock } from './whole-block.js'

/** A damaged pack, and what is to be done for it. */
export interface PlannedPack {
  readonly id: PackId
  readonly examined: ExaminedPack
  /** Whole blocks with chunks of which there is no whole copy elsewhere. */
  readonly toSave: readonly WholeBlock[]
  readonly report: RepairedPack
}

const prefixBytes = 16

/** Works out what must be saved of damaged packs, and what of them is lost. `catalogue.excluded` has all of them. */
export const planPacks = async (
  store: Store,
  catalogue: PackCatalogue,
  examined: readonly ExaminedPack[],
): Promise<PlannedPack[]> => {
  const savable = savableOf(examined)
  const unsure = new Set(examined.filter(({ promised }) => promised.length === 0).map(({ id }) => id))
  const byIndex = await promisedByIndex(store, unsure)
  const plans: PlannedPack[] = []
  for (const pack of examined) {
    const toSave = await blocksToSave(catalogue, pack)
    const promised = pack.promised.length > 0 ? idsOf(pack.promised) : byIndex.get(pack.id)
    plans.push({
      id: pack.id,
      examined: pack,
      toSave,
      report: {
        object: packName(pack.id),
        message: pack.message ?? 'is recorded as suspect, and can be read now',
        blocksWhole: pack.whole.length,
        blocksBroken: pack.broken?.length,
        blocksSaved: toSave.length,
        chunksLost: await lostOf(catalogue, promised, savable),
      },
    })
  }
  return plans
}

/** Whole blocks with chunks of which no pack that counts has a whole copy. */
export const blocksToSave = async (
  catalogue: PackCatalogue,
  { whole }: ExaminedPack,
): Promise<WholeBlock[]> => {
  const toSave: WholeBlock[] = []
  for (const block of whole) if (!(await isElsewhere(catalogue, block))) toSave.push(block)
  return toSave
}

/** Whether all chunks of a block have whole copies in packs that count. */
const isElsewhere = async (catalogue: PackCatalogue, { ids, kind }: WholeBlock): Promise<boolean> => {
  for (const id of idsOf(ids)) if (!(await catalogue.hasWholeCopy(id, kind))) return false
  return true
}

/** Beginnings of the ids in all whole blocks of all damaged packs. */
const savableOf = (examined: readonly ExaminedPack[]): Set<string> => {
  const savable = new Set<string>()
  for (const { whole } of examined)
    for (const { ids } of whole)
      for (const id of idsOf(ids)) savable.add(chunkKey(id.subarray(0, prefixBytes)))
  return savable
}

const lostOf = async (
  catalogue: PackCatalogue,
  promised: readonly Uint8Array[] | undefined,
  savable: ReadonlySet<string>,
): Promise<number | undefined> => {
  if (promised === undefined) return undefined
  const lost = new Set<string>()
  for (const id of promised) {
    const key = chunkKey(id.subarray(0, prefixBytes))
    if (!savable.has(key) && !(await catalogue.hasWholeCopy(id))) lost.add(key)
  }
  return lost.size
}

const idsOf = (ids: Uint8Array): Uint8Array[] =>
  Array.from({ length: ids.length / idSizeBytes }, (_, at) =>
    ids.subarray(idSizeBytes * at, idSizeBytes * (at + 1)),
  )
