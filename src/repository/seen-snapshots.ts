import { createHash } from 'node:crypto'
import type { SnapshotId } from '../format/ids.js'
import { Folder, idBytes, idFromBytes, parseForgottenName } from '../format/names.js'
import type { Store } from './store.js'

const stateKey = 'snapshots-seen'
const checksumBytes = 32
const snapshotIdBytes = 16

/** This machine has seen these snapshots in the storage, or made them: from now on it notices when one is gone. */
export const rememberSnapshots = async (store: Store, ids: Iterable<SnapshotId>): Promise<void> => {
  const seen = await recall(store)
  const before = seen.size
  for (const id of ids) seen.add(id)
  if (seen.size > before) await keep(store, seen)
}

/**
 * Snapshots that this machine has seen, that are not among `listed`, and that no record in `forgotten/` tells of: somebody
 * removed them from the storage, or brought an older state of it back. `listed` must have been listed before the call, since
 * whoever forgets a snapshot writes that record before removing it.
 */
export const snapshotsGone = async (store: Store, listed: Iterable<SnapshotId>): Promise<SnapshotId[]> => {
  const gone = await recall(store)
  for (const id of listed) gone.delete(id)
  if (gone.size === 0) return []
  for await (const { name } of store.backend.list(Folder.forgotten)) {
    const id = parseForgottenName(name)
    if (id !== undefined) gone.delete(id)
  }
  return [...gone].sort()
}

/** Nothing where nothing is remembered, or what is cannot be trusted. */
const recall = async (store: Store): Promise<Set<SnapshotId>> => {
  const bytes = store.state.get(stateKey)
  const seen = new Set<SnapshotId>()
  const ids = bytes?.subarray(checksumBytes) ?? new Uint8Array(0)
  if (bytes === undefined || !checksumOf(ids).equals(bytes.subarray(0, checksumBytes))) return seen
  for (let at = 0; at < ids.length; at += snapshotIdBytes)
    seen.add(idFromBytes<SnapshotId>(ids.subarray(at, at + snapshotIdBytes)))
  return seen
}

const keep = async (store: Store, seen: ReadonlySet<SnapshotId>): Promise<void> => {
  const ids = Buffer.concat([...seen].map((id) => idBytes(id)))
  store.state.set(stateKey, Buffer.concat([checksumOf(ids), ids]))
}

const checksumOf = (ids: Uint8Array): Buffer => createHash('sha256').update(ids).digest()
