import { readSnapshots, type UnreadableRecord } from '../../repository/snapshot-store.js'
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
  return filterSnapshots(found.snapshots, options).map(snapshotSummaryOf)
}
