import type { PackId, PendingId } from '../format/ids.js'
import { Folder, packName, parsePendingName, pendingName, snapshotName } from '../format/names.js'
import { type Pending, sealPending } from '../format/pending.js'
import { type Snapshot, sealSnapshot } from '../format/snapshot.js'
import { listCondemned, listPacks } from './pack-listing.js'
import { rememberSnapshots } from './seen-snapshots.js'
import type { Store } from './store.js'
import { storedSizeOf } from './stored-size.js'

/** The end of W2 for index files that others made, and W3: durable when resolved. */
export const publishPending = async (store: Store, pending: Pending): Promise<void> => {
  await store.index.makeDurable()
  await store.backend.create(pendingName(pending.id, pending.checkpoint), sealPending(store.seals, pending))
}

/**
 * W4 and W5 in their cheap form: which of the packs that a root relies on do not hold it any more, being condemned, gone, or
 * of another size than index files say. `condemned/` is listed completely and only then `packs/`; docs/GC-PROTOCOL.md says why
 * the order matters.
 */
export const packsLost = async (store: Store, reliedOn: ReadonlySet<string>): Promise<Set<string>> => {
  const condemned: ReadonlySet<string> = await listCondemned(store.backend, store.seals)
  const listed: ReadonlyMap<string, number> = await listPacks(store.backend)
  const known = new Map(store.index.local.packs.map(({ packId, sizeBytes }) => [packId, sizeBytes]))
  const lost = new Set<string>()
  for (const id of reliedOn) {
    const sizeBytes = listed.get(id) ?? (await unlistedSizeOf(store, id))
    if (condemned.has(id) || sizeBytes === undefined || sizeBytes !== (known.get(id) ?? sizeBytes))
      lost.add(id)
  }
  return lost
}

/** Where lists may lag behind, what this run has just stored is not listed yet; asked for by its name it is there. */
const unlistedSizeOf = async ({ backend }: Store, id: string): Promise<number | undefined> =>
  backend.abilities.strongLists ? undefined : storedSizeOf(backend, packName(id as PackId))

/**
 * W6 to W8: writes the snapshot, looks whether its pending record is still there, and removes that. False where a
 * collector has revoked it meanwhile: the snapshot was taken back, and everything from W3 on must be done again.
 */
export const commitSnapshot = async (
  store: Store,
  snapshot: Snapshot,
  checkpoint: number,
): Promise<boolean> => {
  const { backend, seals } = store
  await backend.create(snapshotName(snapshot.id), sealSnapshot(seals, snapshot))
  if ((await storedSizeOf(backend, pendingName(snapshot.pendingId, checkpoint))) === undefined) {
    await backend.remove(snapshotName(snapshot.id))
    return false
  }
  await removePending(store, snapshot.pendingId)
  rememberSnapshots(store, [snapshot.id])
  return true
}

/** Removes all records of one pending id, the newest last, so that a crash in between leaves the newest. */
export const removePending = async (store: Store, id: PendingId): Promise<void> => {
  const names: { name: string; checkpoint: number }[] = []
  for await (const { name } of store.backend.list(Folder.pending)) {
    const parsed = parsePendingName(name)
    if (parsed?.id === id) names.push({ name, checkpoint: parsed.checkpoint })
  }
  names.sort((a, b) => a.checkpoint - b.checkpoint)
  for (const { name } of names) await store.backend.remove(name)
}
