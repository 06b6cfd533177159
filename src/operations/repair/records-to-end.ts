import { ignoreMissingOrCorrupt } from '../../errors.js'
import { openCondemned } from '../../format/condemned.js'
import type { PackId } from '../../format/ids.js'
import { Folder, parseCondemnedName, parseSuspectName } from '../../format/names.js'
import { openSuspect } from '../../format/suspect.js'
import { listPacks } from '../../repository/pack-listing.js'
import type { Store } from '../../repository/store.js'

/** Names of records that say nothing any more. */
export interface RecordsToEnd {
  readonly suspects: readonly string[]
  readonly condemned: readonly string[]
}

/**
 * The condemnations all of whose packs are gone (docs/GC-PROTOCOL.md, G7), also those of repairs that were killed, and the
 * suspects whose packs are gone, which is how a suspect ends. Packs never come back under their names. `leaving` are packs
 * that count as gone already.
 */
export const recordsToEnd = async (store: Store, leaving: ReadonlySet<PackId>): Promise<RecordsToEnd> => {
  const { seals } = store
  const condemned = await packsOfRecords(store, Folder.condemned, (name, bytes) => {
    const id = parseCondemnedName(name)
    return id === undefined ? undefined : openCondemned(seals, id, bytes).packs
  })
  const suspects = await packsOfRecords(store, Folder.suspect, (name, bytes) => {
    const id = parseSuspectName(name)
    return id === undefined ? undefined : [openSuspect(seals, id, bytes).pack]
  })
  const listed = await listPacks(store.backend)
  const areOver = (records: Map<string, readonly PackId[]>): string[] =>
    [...records.keys()].filter((name) => !records.get(name)!.some((id) => listed.has(id) && !leaving.has(id)))
  return { suspects: areOver(suspects), condemned: areOver(condemned) }
}

/** Records that are damaged, or that another process removed meanwhile, are left out. */
const packsOfRecords = async (
  { backend }: Store,
  folder: Folder,
  open: (name: string, bytes: Uint8Array) => readonly PackId[] | undefined,
): Promise<Map<string, readonly PackId[]>> => {
  const records = new Map<string, readonly PackId[]>()
  for await (const { name } of backend.list(folder)) {
    try {
      const packs = open(name, await backend.read(name))
      if (packs !== undefined) records.set(name, packs)
    } catch (error) {
      ignoreMissingOrCorrupt(error)
    }
  }
  return records
}
