import type { ByteString } from '../../bytes/byte-string.js'
import type { Snapshot } from '../../format/snapshot.js'
import type { CallOptions } from '../../progress.js'
import { ensureIndex } from '../../repository/ensure-index.js'
import { type Reference, resolveReference } from '../../repository/resolve-reference.js'
import { compareSnapshots } from '../../repository/snapshot-order.js'
import { readSnapshots, type UnreadableRecord } from '../../repository/snapshot-store.js'
import type { Store } from '../../repository/store.js'
import { EntryMatcher } from '../../snapshot/find-pattern.js'
import { type ListedEntry, listedEntryOf } from '../../snapshot/listed-entry.js'
import { filterSnapshots, passesFilter, type SnapshotFilter } from '../../snapshot/snapshot-filter.js'
import { shortIdOf } from '../../snapshot/snapshot-summary.js'
import { TreeSearch } from './tree-search.js'

export type FoundEntry = ListedEntry & {
  /** Id of the snapshot that has it. With `path` it is a reference, as `readFile` and others take it. */
  readonly snapshot: string
}

export interface FindOptions extends CallOptions, Omit<SnapshotFilter, 'latest'> {
  /** The snapshots to look through, each with an optional path; all that pass the filter where this is absent. */
  readonly snapshots?: readonly Reference[] | undefined
  readonly ignoreCase?: boolean | undefined
  readonly onUnreadable?: ((record: UnreadableRecord) => void) | undefined
}

interface Place {
  readonly snapshot: Snapshot
  readonly path: ByteString
}

/**
 * The entries that match one of the patterns (snapshot/find-pattern.ts), snapshot by snapshot, the oldest first. What
 * snapshots share is looked through once where it has no match.
 * Errors: `invalid-argument`, `not-found`, `ambiguous`, `corrupt`, `missing`, `interrupted`.
 */
export async function* find(
  store: Store,
  patterns: readonly string[],
  options: FindOptions = {},
): AsyncGenerator<FoundEntry, void, undefined> {
  const matcher = new EntryMatcher(patterns, options.ignoreCase ?? false)
  const places = await placesOf(store, options)
  const search = new TreeSearch(await ensureIndex(store), matcher, options.signal)
  for (const { snapshot, path } of places) {
    const current = shortIdOf(snapshot.id)
    const tell = (): void =>
      options.onProgress?.({ phase: 'find', filesDone: search.entriesSeen, bytesDone: 0, current })
    for await (const entry of search.matches(snapshot, path, tell))
      yield { ...listedEntryOf(entry), snapshot: snapshot.id }
  }
}

const placesOf = async (store: Store, options: FindOptions): Promise<Place[]> => {
  const { snapshots: references, hosts, tags, paths } = options
  const filter = { hosts, tags, paths }
  if (references === undefined) {
    const { snapshots, unreadable } = await readSnapshots(store.backend, store.seals)
    for (const record of unreadable) options.onUnreadable?.(record)
    return filterSnapshots(snapshots, filter).map((snapshot) => ({ snapshot, path: '' as ByteString }))
  }
  const places = new Map<string, Place>()
  for (const reference of references) {
    const place = await resolveReference(store, reference, (snapshot) => passesFilter(snapshot, filter))
    if (passesFilter(place.snapshot, filter)) places.set(`${place.snapshot.id}:${place.path}`, place)
  }
  return [...places.values()].sort((a, b) => compareSnapshots(a.snapshot, b.snapshot) || comparePaths(a, b))
}

const comparePaths = (a: Place, b: Place): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)
