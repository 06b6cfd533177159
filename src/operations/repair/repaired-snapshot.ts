import { hexOf, type PendingId, type SnapshotId } from '../../format/ids.js'
import { snapshotLossExtension, snapshotLossOf } from '../../format/repair-mark.js'
import type { RootAttributes } from '../../format/root-attributes.js'
import type { Snapshot } from '../../format/snapshot.js'
import type { Timestamp } from '../../format/timestamp.js'
import { pathOfKey } from '../../format/tree-key.js'
import type { ContentSurvey } from './content-survey.js'
import type { MendedTree } from './mend-tree.js'
import type { RepairedSnapshot } from './repair-options.js'
import type { LostPart } from './tree-walk.js'

export interface RepairFacts {
  /** 16 random bytes. */
  readonly idBytes: Uint8Array
  readonly pendingId: PendingId
  readonly program: string
}

/** The record beside the damaged one: the same source and time, and what it lacks. */
export const repairedSnapshot = (
  snapshot: Snapshot,
  tree: MendedTree,
  { idBytes, pendingId, program }: RepairFacts,
): Snapshot => {
  const loss = snapshotLossExtension({
    repairedFrom: snapshot.id,
    entriesDamaged: tree.damagedTotal,
    bytesLost: tree.bytesLost,
    entriesLost: entriesLostOf(tree),
    subtrees: tree.lost,
  })
  const others = snapshot.extensions.filter(({ id }) => id !== loss.id)
  return {
    ...snapshot,
    id: hexOf(idBytes) as SnapshotId,
    root: tree.root!,
    time: justAfter(snapshot.time),
    summary: {
      ...snapshot.summary,
      problems: snapshot.summary.problems + tree.damagedTotal + entriesLostOf(tree),
    },
    pendingId,
    program,
    extensions: [...others, loss].sort((a, b) => a.id - b.id),
  }
}

/** So that `latest` means the repaired one. */
const justAfter = ({ seconds, nanoseconds }: Timestamp): Timestamp =>
  nanoseconds < 999_999_999
    ? { seconds, nanoseconds: nanoseconds + 1 }
    : { seconds: seconds + 1, nanoseconds: 0 }

export const rootAttributesLeft = async (
  { rootAttributes }: Snapshot,
  contents: ContentSurvey,
): Promise<{ rootAttributes: RootAttributes | null; attributesLost: number }> => {
  if (rootAttributes === null) return { rootAttributes, attributesLost: 0 }
  const xattrs = await contents.xattrsLeft(rootAttributes.xattrs)
  return {
    rootAttributes: { ...rootAttributes, xattrs },
    attributesLost: rootAttributes.xattrs.length - xattrs.length,
  }
}

export const reportOf = (
  { id }: Snapshot,
  tree: MendedTree,
  repairedAs: SnapshotId | undefined,
): RepairedSnapshot => ({
  snapshot: id,
  ...(repairedAs === undefined ? {} : { repairedAs }),
  isNew: repairedAs !== undefined,
  isNothingLeft: tree.root === undefined,
  entriesDamaged: tree.damagedTotal,
  damaged: tree.damaged,
  bytesLost: tree.bytesLost,
  entriesLost: entriesLostOf(tree),
  lostSubtrees: tree.lost.map(subtreeOf),
  directoriesMadeUp: tree.madeUp,
})

export const alreadyRepaired = ({ id }: Snapshot, earlier: Snapshot): RepairedSnapshot => {
  const loss = snapshotLossOf(earlier)!
  return {
    snapshot: id,
    repairedAs: earlier.id,
    isNew: false,
    isNothingLeft: false,
    entriesDamaged: loss.entriesDamaged,
    damaged: [],
    bytesLost: loss.bytesLost,
    entriesLost: loss.entriesLost,
    lostSubtrees: loss.subtrees.map(subtreeOf),
    directoriesMadeUp: [],
  }
}

const entriesLostOf = ({ lost }: MendedTree): number => lost.reduce((sum, { entries }) => sum + entries, 0)

const subtreeOf = ({ firstKey, entries, bytes }: LostPart) => ({
  firstPath: firstKey === '' ? '' : pathOfKey(firstKey),
  entries,
  bytes,
})
