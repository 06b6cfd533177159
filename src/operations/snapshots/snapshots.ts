import type { SnapshotId } from '../../format/ids.js'
import { parseSnapshotName } from '../../format/names.js'
import { missedSnapshots } from '../../repository/seen-snapshots.js'
import { type FoundSnapshots, readSnapshots, type UnreadableRecord } from '../../repository/snapshot-store.js'
import type { Store } from '../../repository/store.js'
import { filterSnapshots, type SnapshotFilter } from '../../snapshot/snapshot-filter.js'
import { type SnapshotSummary, snapshotSummaryOf } from '../../snapshot/snapshot-summary.js'

export interface SnapshotsOptions extends SnapshotFilter {
  /** Hears of records that cannot be read: whether they would pass the filter is not known. */
  readonly onUnreadable?: ((record: UnreadableRecord) => void) | undefined
}

/** The snapshots that pass the filter, oldest first. Errors: those of the backend. */
export const snapshots = async (store: Store, options: SnapshotsOptions = {}): Promise<SnapshotSummary[]> => {
  const found = await readSnapshots(store.backend, store.seals)
  for (const record of found.unreadable) options.onUnreadable?.(record)
  await warnOfGone(store, found)
  return filterSnapshots(found.snapshots, options).map(snapshotSummaryOf)
}

/** One that was removed from the storage is missed by nobody else. */
const warnOfGone = async (store: Store, { snapshots, unreadable }: FoundSnapshots): Promise<void> => {
  const listed: SnapshotId[] = snapshots.map(({ id }) => id)
  for (const { name } of unreadable) listed.push(parseSnapshotName(name)!)
  for (const id of await missedSnapshots(store, listed))
    store.warn(`snapshots/${id} is gone, which this machine has seen, and nothing says that it was forgotten`)
}
