import { sealCondemned } from '../../format/condemned.js'
import type { PackId } from '../../format/ids.js'
import { type CondemnedId, condemnedName, idFromBytes } from '../../format/names.js'
import { timestampFromNanoseconds } from '../../format/timestamp.js'
import { listCondemned, listPacks } from '../../repository/pack-listing.js'
import type { Store } from '../../repository/store.js'

/** G2 of docs/GC-PROTOCOL.md: says which packs are going to be moved away. Durable when resolved. */
export const condemn = async (store: Store, packs: readonly PackId[]): Promise<void> => {
  const id = idFromBytes<CondemnedId>(store.random(16))
  const time = timestampFromNanoseconds(store.now())
  const record = { id, packs: [...packs].sort(), time, extensions: [] }
  await store.backend.create(condemnedName(id), sealCondemned(store.seals, record))
}

/** G5: lists the records of all collectors, and only then packs. Gives those of `packs` that cannot be relied on any more. */
export const vanishing = async (store: Store, packs: Iterable<PackId>): Promise<Set<PackId>> => {
  const condemned = await listCondemned(store.backend, store.seals)
  const listed = await listPacks(store.backend)
  return new Set([...packs].filter((id) => condemned.has(id) || !listed.has(id)))
}
