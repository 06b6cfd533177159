import { Folder, parseIndexName } from '../../format/names.js'
import type { Snapshot } from '../../format/snapshot.js'
import type { CallOptions } from '../../progress.js'
import { ensureIndex } from '../../repository/ensure-index.js'
import { listPacks } from '../../repository/pack-listing.js'
import { type Reference, resolveReference } from '../../repository/resolve-reference.js'
import { compareSnapshots } from '../../repository/snapshot-order.js'
import { readSnapshots, type UnreadableRecord } from '../../repository/snapshot-store.js'
import type { Store } from '../../repository/store.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import { ChunkOwners } from './chunk-owners.js'
import { SnapshotUsage } from './snapshot-usage.js'

export interface StatsOptions extends CallOptions {
  /** All where this is absent. A path in a reference is not looked at. */
  readonly snapshots?: readonly Reference[] | undefined
  /** Hears of records that cannot be read; what they refer to looks unused. */
  readonly onUnreadable?: ((record: UnreadableRecord) => void) | undefined
}

export interface StatsReport {
  /** Of the snapshots that were asked for: how many, and the sums of what a restore of each would give. */
  readonly snapshots: number
  readonly files: number
  readonly logicalBytes: number
  /** The chunks that they refer to, each once, uncompressed, with those of trees and lists. */
  readonly uniqueChunks: number
  readonly uniqueBytes: number
  /** Of the whole repository: all packs, and all index files. */
  readonly storedBytes: number
  readonly packs: number
  readonly indexBytes: number
  /** logicalBytes / uniqueBytes. */
  readonly deduplicationRatio: number
  /** Uncompressed to stored bytes, in the packs that the snapshots refer to. */
  readonly compressionRatio: number
  /** Oldest first. */
  readonly perSnapshot: readonly {
    readonly id: string
    readonly logicalBytes: number
    /** Uncompressed bytes of the chunks that no other snapshot of the repository refers to. */
    readonly onlyHereBytes: number
  }[]
}

/**
 * How much the snapshots hold, and how much of it they share. Trees are read once or twice, whatever the number of
 * snapshots; file data is not read. Memory: chunk-owners.ts. Errors: `not-found`, `ambiguous`, `missing`, `corrupt`, `interrupted`.
 */
export const stats = async (store: Store, options: StatsOptions = {}): Promise<StatsReport> => {
  const { wanted, others } = await chooseSnapshots(store, options)
  const reader = await ensureIndex(store)
  const total = wanted.length + others.length
  const owners = new ChunkOwners(store.index.local, (packId) => reader.directoryOf(packId), total)
  let filesDone = 0
  const usage = new SnapshotUsage(reader, owners, () => {
    throwIfAborted(options.signal)
    options.onProgress?.({ phase: 'stats', filesDone, bytesDone: 0 })
  })
  for (const snapshot of wanted) filesDone += await usage.add(snapshot, true)
  const { plainBytes, storedBytes } = owners
  // The others decide what is only here, and nothing else.
  for (const snapshot of others) await usage.add(snapshot, false)
  const logicalBytes = wanted.reduce((sum, { root }) => sum + root.bytes, 0)
  const packs = await listPacks(store.backend)
  return {
    snapshots: wanted.length,
    files: filesDone,
    logicalBytes,
    uniqueChunks: usage.unique.chunks,
    uniqueBytes: usage.unique.bytes,
    storedBytes: [...packs.values()].reduce((sum, bytes) => sum + bytes, 0),
    packs: packs.size,
    indexBytes: await indexBytesOf(store),
    deduplicationRatio: ratio(logicalBytes, usage.unique.bytes),
    compressionRatio: ratio(plainBytes, storedBytes),
    perSnapshot: wanted.map(({ id, root }, owner) => ({
      id,
      logicalBytes: root.bytes,
      onlyHereBytes: usage.onlyHereBytes[owner]!,
    })),
  }
}

const chooseSnapshots = async (
  store: Store,
  { snapshots: references, onUnreadable }: StatsOptions,
): Promise<{ wanted: Snapshot[]; others: Snapshot[] }> => {
  const { snapshots, unreadable } = await readSnapshots(store.backend, store.seals)
  for (const record of unreadable) onUnreadable?.(record)
  const all = [...snapshots].sort(compareSnapshots)
  if (references === undefined) return { wanted: all, others: [] }
  const ids = new Set<string>()
  for (const reference of references) ids.add((await resolveReference(store, reference)).snapshot.id)
  return { wanted: all.filter(({ id }) => ids.has(id)), others: all.filter(({ id }) => !ids.has(id)) }
}

const indexBytesOf = async (store: Store): Promise<number> => {
  let bytes = 0
  for await (const { name, sizeBytes } of store.backend.list(Folder.index))
    if (parseIndexName(name) !== undefined) bytes += sizeBytes
  return bytes
}

/** 1 where there is nothing. */
const ratio = (before: number, after: number): number => (after === 0 ? 1 : before / after)
