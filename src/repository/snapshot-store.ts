import type { Backend } from '../backend/backend.js'
import { isMissingOrCorrupt, VarveError } from '../errors.js'
import type { SnapshotId } from '../format/ids.js'
import { Folder, parsePendingName, parseSnapshotName, snapshotName } from '../format/names.js'
import { openPending, type Pending } from '../format/pending.js'
import type { Seals } from '../format/seal.js'
import { openSnapshot, type Snapshot } from '../format/snapshot.js'

/** Records read at the same time. */
const concurrent = 16

export const listSnapshotIds = async (backend: Backend): Promise<SnapshotId[]> => {
  const ids: SnapshotId[] = []
  for await (const { name } of backend.list(Folder.snapshots)) {
    const id = parseSnapshotName(name)
    if (id !== undefined) ids.push(id)
  }
  return ids.sort()
}

export const readSnapshot = async (backend: Backend, seals: Seals, id: SnapshotId): Promise<Snapshot> =>
  openSnapshot(seals, id, await backend.read(snapshotName(id)))

/** A record that cannot be read, and why. */
export interface UnreadableRecord {
  readonly name: string
  readonly error: VarveError
}

export interface FoundSnapshots {
  readonly snapshots: readonly Snapshot[]
  readonly unreadable: readonly UnreadableRecord[]
}

/** All snapshots, in no order; one that was removed meanwhile is left out. */
export const readSnapshots = async (backend: Backend, seals: Seals): Promise<FoundSnapshots> => {
  const ids = await listSnapshotIds(backend)
  const snapshots: Snapshot[] = []
  const unreadable: UnreadableRecord[] = []
  for (let at = 0; at < ids.length; at += concurrent)
    await Promise.all(
      ids.slice(at, at + concurrent).map(async (id) => {
        try {
          snapshots.push(await readSnapshot(backend, seals, id))
        } catch (error) {
          if (!(error instanceof VarveError) || error.code === 'backend') throw error
          if (error.code !== 'missing') unreadable.push({ name: snapshotName(id), error })
        }
      }),
    )
  return { snapshots, unreadable }
}

/** The newest record of each interrupted or running backup. Unreadable ones are left out: they only save work. */
export const readPendings = async (backend: Backend, seals: Seals): Promise<Pending[]> => {
  const newest = new Map<string, { name: string; checkpoint: number }>()
  for await (const { name } of backend.list(Folder.pending)) {
    const parsed = parsePendingName(name)
    if (parsed === undefined) continue
    const known = newest.get(parsed.id)
    if (known === undefined || known.checkpoint < parsed.checkpoint)
      newest.set(parsed.id, { name, checkpoint: parsed.checkpoint })
  }
  const pendings: Pending[] = []
  for (const { name } of newest.values()) {
    const pending = await readPending(backend, seals, name)
    if (pending !== undefined) pendings.push(pending)
  }
  return pendings
}

const readPending = async (backend: Backend, seals: Seals, name: string): Promise<Pending | undefined> => {
  try {
    return openPending(seals, parsePendingName(name)!, await backend.read(name))
  } catch (error) {
    if (isMissingOrCorrupt(error)) return undefined
    throw error
  }
}
