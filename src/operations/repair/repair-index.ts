import { requireWritable } from '../../format/config.js'
import type { IndexId, PackId } from '../../format/ids.js'
import { configName } from '../../format/names.js'
import { requireWritableFeatures } from '../../repository/feature-store.js'
import { listIndexFiles, listPacks } from '../../repository/pack-listing.js'
import type { Store } from '../../repository/store.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import { IndexSurvey } from './index-survey.js'
import { mendPacks } from './mend-packs.js'
import { PackSurvey } from './pack-survey.js'
import type { DamagedObject, RepairedPack, RepairIndexReport, RepairOptions } from './repair-options.js'
import { setAllAside } from './set-aside.js'
import { writeIndexOf } from './write-index.js'

/** Times that index files are listed again because a collector merged them meanwhile. */
const listingsMax = 5

/**
 * Writes index files for what none names, from the packs' own directories, and then sets damaged index files aside.
 * Errors: `interrupted`, `read-only`, `no-space`, `backend`.
 */
export const repairIndex = async (store: Store, options: RepairOptions = {}): Promise<RepairIndexReport> => {
  const { packs, index } = await survey(store, options)
  // In an order that does not hang on which directory was read first.
  const packsNamed = index.incomplete().toSorted()
  const damaged = [...index.damaged.values()]
  const remarks = options.dryRun ? [] : await write(store, packsNamed, damaged)
  return {
    dryRun: options.dryRun === true,
    indexFiles: index.filesRead + index.damaged.size,
    packs: packs.count,
    setAside: damaged,
    packsNamed,
    tornPacks: await saveTorn(store, options, packs),
    remarks,
  }
}

interface Survey {
  readonly packs: PackSurvey
  readonly index: IndexSurvey
}

/** Index files are listed before packs: whoever writes goes the other way (docs/FORMAT.md §10). */
const survey = async (store: Store, { signal, onProgress }: RepairOptions): Promise<Survey> => {
  for (let listing = 1; ; listing++) {
    const files: ReadonlySet<IndexId> = await listIndexFiles(store.backend)
    const listed: ReadonlyMap<PackId, number> = await listPacks(store.backend)
    const packs = new PackSurvey(store)
    await packs.read(listed.keys(), () => {
      throwIfAborted(signal)
      onProgress?.({
        phase: 'pack directories',
        filesDone: packs.count,
        filesTotal: listed.size,
        bytesDone: 0,
      })
    })
    const index = new IndexSurvey(store, packs)
    if ((await index.read(files)) || listing === listingsMax) return { packs, index }
  }
}

/** What is new is durable before anything is moved away: killed in between, nothing is missing, and a second run goes on. */
const write = async (
  store: Store,
  unnamed: readonly PackId[],
  damaged: readonly DamagedObject[],
): Promise<string[]> => {
  if (unnamed.length === 0 && damaged.length === 0) return []
  requireWritable(store.keys.config, configName)
  await requireWritableFeatures(store.backend)
  await writeIndexOf(store, unnamed)
  const remarks = await setAllAside(store.backend, damaged)
  await store.index.rebuild()
  return remarks
}

/** What torn packs hold can only be found in other packs: index files cannot name it where it is. They stay for `repair packs`. */
const saveTorn = async (
  store: Store,
  options: RepairOptions,
  { torn }: PackSurvey,
): Promise<readonly RepairedPack[]> => {
  if (torn.size === 0) return []
  return (await mendPacks(store, { ...options, setAside: false, choose: () => torn.keys() })).packs
}
