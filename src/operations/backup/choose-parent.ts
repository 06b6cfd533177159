import type { ByteString } from '../../bytes/byte-string.js'
import type { PendingId } from '../../format/ids.js'
import type { TreeRoot } from '../../format/tree-root.js'
import { compareTimestamps } from '../../format/timestamp.js'
import type { Snapshot } from '../../format/snapshot.js'
import { readPendings, readSnapshots } from '../../repository/snapshot-store.js'
import { resolveReference } from '../../repository/resolve-reference.js'
import type { Store } from '../../repository/store.js'
import type { Earlier } from './unchanged.js'

/** An earlier tree of the same source, and what it says of itself. */
export interface EarlierTree extends Earlier {
  readonly root: TreeRoot
  /** Absent for what an interrupted backup left, which then has a pending id. */
  readonly snapshot?: Snapshot
  readonly pendingId?: PendingId
}

export interface ParentChoice {
  readonly host: string
  readonly paths: readonly ByteString[]
  /** A snapshot reference that the user named. */
  readonly parent?: string | undefined
}

/**
 * What entries may be taken over from: the named parent or else the latest snapshot of the same host and paths, and what
 * an interrupted run of the same has left since.
 */
export const chooseParents = async (store: Store, choice: ParentChoice): Promise<EarlierTree[]> => {
  const earlier: EarlierTree[] = []
  const snapshot = await chooseSnapshot(store, choice)
  if (snapshot !== undefined) {
    const { root, sourceStart, captured } = snapshot
    earlier.push({ root, sourceStart, captured, snapshot })
  }
  for (const pending of await readPendings(store.backend, store.seals)) {
    const root = pending.roots[0]
    if (root === undefined || !isSameSource(pending, choice)) continue
    earlier.push({ root, sourceStart: pending.sourceStart, captured: pending.captured, pendingId: pending.id })
  }
  return earlier.sort((a, b) => compareTimestamps(b.sourceStart, a.sourceStart)).slice(0, 3)
}

const chooseSnapshot = async (store: Store, choice: ParentChoice): Promise<Snapshot | undefined> => {
  if (choice.parent !== undefined) return (await resolveReference(store, choice.parent)).snapshot
  const { snapshots } = await readSnapshots(store.backend, store.seals)
  return snapshots
    .filter((snapshot) => isSameSource(snapshot, choice))
    .sort((a, b) => compareTimestamps(b.sourceStart, a.sourceStart))[0]
}

const isSameSource = (
  { host, paths }: { readonly host: string; readonly paths: readonly ByteString[] },
  choice: ParentChoice,
): boolean => host === choice.host && paths.length === choice.paths.length && paths.every((path, at) => path === choice.paths[at])
