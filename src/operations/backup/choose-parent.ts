import type { ByteString } from '../../bytes/byte-string.js'
import type { PendingId } from '../../format/ids.js'
import type { Snapshot } from '../../format/snapshot.js'
import { compareTimestamps } from '../../format/timestamp.js'
import type { TreeRoot } from '../../format/tree-root.js'
import { resolveReference } from '../../repository/resolve-reference.js'
import { readPendings, readSnapshots } from '../../repository/snapshot-store.js'
import type { Store } from '../../repository/store.js'
import type { Earlier } from './unchanged.js'

/** An earlier tree of the same source, and what it says of itself. */
export interface EarlierTree extends Earlier {
  readonly root: TreeRoot
}

export interface ParentChoice {
  readonly host: string
  readonly paths: readonly ByteString[]
  /** A snapshot reference that the user named. */
  readonly parent?: string | undefined
}

/** Trees followed beside the parent snapshot's: one node of each level in memory for each. */
const pendingTreesMax = 8

export interface Parents {
  /** The parent that the new snapshot names. */
  readonly snapshot: Snapshot | undefined
  /** The snapshot's tree and those of interrupted runs, the latest first. */
  readonly trees: readonly EarlierTree[]
  /** All pending records of the same source, also those that are not followed. */
  readonly pendingIds: readonly PendingId[]
}

/**
 * What entries may be taken over from: the named parent or else the latest snapshot of the same host and paths, and what
 * interrupted runs of the same have left.
 */
export const chooseParents = async (store: Store, choice: ParentChoice): Promise<Parents> => {
  const snapshot = await chooseSnapshot(store, choice)
  const pendings = (await readPendings(store.backend, store.seals)).filter((pending) =>
    isSameSource(pending, choice),
  )
  const unfinished = pendings.flatMap(({ roots, sourceStart, captured }) =>
    roots.slice(0, 1).map((root) => ({ root, sourceStart, captured })),
  )
  const trees: EarlierTree[] = unfinished.sort(latestFirst).slice(0, pendingTreesMax)
  if (snapshot !== undefined) trees.push(snapshot)
  return { snapshot, trees: trees.sort(latestFirst), pendingIds: pendings.map(({ id }) => id) }
}

const latestFirst = (a: Earlier, b: Earlier): number => compareTimestamps(b.sourceStart, a.sourceStart)

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
): boolean =>
  host === choice.host &&
  paths.length === choice.paths.length &&
  paths.every((path, at) => path === choice.paths[at])
