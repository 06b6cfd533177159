import type { SnapshotId } from '../format/ids.js'
import { Folder, idBytes, idFromBytes, parseForgottenName, snapshotName } from '../format/names.js'
import type { Store } from './store.js'
import { storedSizeOf } from './stored-size.js'

const stateKey = 'seen-snapshots'
const snapshotIdBytes = 16

/** This machine has made these snapshots: from now on it notices when one is gone. */
export const rememberSnapshots = (store: Store, ids: Iterable<SnapshotId>): void => remember(store, ids)

/**
 * Snapshots that this machine has seen, that are not in the storage, and that no record in `forgotten/` tells of: somebody
 * removed them, or brought an older state of the repository back. Those of `listed` are remembered from now on, and those that
 * were forgotten on purpose are not.
 */
export const missedSnapshots = async (
  store: Store,
  listed: Iterable<SnapshotId>,
): Promise<readonly SnapshotId[]> => {
  const listedIds = new Set(listed)
  const unlisted = [...recall(store)].filter((id) => !listedIds.has(id))
  const gone = await onesNotStored(store, unlisted)
  const forgotten = await onesForgotten(store, gone)
  remember(store, listedIds, forgotten)
  return [...gone].filter((id) => !forgotten.has(id)).sort()
}

/** Another process of this machine may have made one since the listing, and lists may lag behind. */
const onesNotStored = async (store: Store, ids: readonly SnapshotId[]): Promise<Set<SnapshotId>> => {
  const gone = new Set<SnapshotId>()
  for (const id of ids) if ((await storedSizeOf(store.backend, snapshotName(id))) === undefined) gone.add(id)
  return gone
}

/** Asked for after the snapshots were seen to be gone: whoever forgets one writes the record before removing it. */
const onesForgotten = async (store: Store, gone: ReadonlySet<SnapshotId>): Promise<Set<SnapshotId>> => {
  const forgotten = new Set<SnapshotId>()
  if (gone.size === 0) return forgotten
  for await (const { name } of store.backend.list(Folder.forgotten)) {
    const id = parseForgottenName(name)
    if (id !== undefined && gone.has(id)) forgotten.add(id)
  }
  return forgotten
}

const remember = (
  store: Store,
  ids: Iterable<SnapshotId>,
  forgotten: ReadonlySet<SnapshotId> = new Set(),
): void => {
  const before = recall(store)
  const after = new Set([...before, ...ids].filter((id) => !forgotten.has(id)))
  if (after.size === before.size && [...after].every((id) => before.has(id))) return
  store.state.set(stateKey, Buffer.concat([...after].map((id) => idBytes(id))))
}

const recall = ({ state }: Store): Set<SnapshotId> => {
  const ids = state.get(stateKey) ?? new Uint8Array(0)
  const seen = new Set<SnapshotId>()
  for (let at = 0; at < ids.length; at += snapshotIdBytes)
    seen.add(idFromBytes<SnapshotId>(ids.subarray(at, at + snapshotIdBytes)))
  return seen
}
