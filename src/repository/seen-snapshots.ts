import type { SnapshotId } from '../format/ids.js'
import { Folder, idBytes, idFromBytes, parseForgottenName } from '../format/names.js'
import type { Store } from './store.js'

const stateKey = 'seen-snapshots'
const snapshotIdBytes = 16

/** This machine has seen these snapshots in the storage, or made them: from now on it notices when one is gone. */
export const rememberSnapshots = (store: Store, ids: Iterable<SnapshotId>): void => {
  const seen = recall(store)
  const before = seen.size
  for (const id of ids) seen.add(id)
  if (seen.size > before) store.state.set(stateKey, Buffer.concat([...seen].map((id) => idBytes(id))))
}

/**
 * Snapshots that this machine has seen, that are not among `listed`, and that no record in `forgotten/` tells of: somebody
 * removed them from the storage, or brought an older state of it back. `listed` must have been listed before the call, since
 * whoever forgets a snapshot writes that record before removing it.
 */
export const snapshotsGone = async (store: Store, listed: Iterable<SnapshotId>): Promise<SnapshotId[]> => {
  const gone = recall(store)
  for (const id of listed) gone.delete(id)
  if (gone.size === 0) return []
  for await (const { name } of store.backend.list(Folder.forgotten)) {
    const id = parseForgottenName(name)
    if (id !== undefined) gone.delete(id)
  }
  return [...gone].sort()
}

const recall = ({ state }: Store): Set<SnapshotId> => {
  const ids = state.get(stateKey) ?? new Uint8Array(0)
  const seen = new Set<SnapshotId>()
  for (let at = 0; at < ids.length; at += snapshotIdBytes)
    seen.add(idFromBytes<SnapshotId>(ids.subarray(at, at + snapshotIdBytes)))
  return seen
}
