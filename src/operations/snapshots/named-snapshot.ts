import { type Reference, resolveReference } from '../../repository/resolve-reference.js'
import type { Store } from '../../repository/store.js'
import { type SnapshotSummary, snapshotSummaryOf } from '../../snapshot/snapshot-summary.js'

/** The snapshot that a reference names, and the path in it. Errors: those of resolveReference. */
export const namedSnapshot = async (
  store: Store,
  reference: Reference,
): Promise<{ snapshot: SnapshotSummary; path: string }> => {
  const { snapshot, path } = await resolveReference(store, reference)
  return { snapshot: snapshotSummaryOf(snapshot), path }
}
