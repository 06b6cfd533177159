import type { Snapshot } from '../format/snapshot.js'
import { compareSnapshots } from '../repository/snapshot-order.js'
import { groupSnapshots } from './group-snapshots.js'

/** Which snapshots are meant; what is absent or empty does not restrict. */
export interface SnapshotFilter {
  /** One of these. */
  readonly hosts?: readonly string[] | undefined
  /** One of these; an item with commas, `a,b`, asks for all of its tags, and the empty text for snapshots without any. */
  readonly tags?: readonly string[] | undefined
  /** All of these are among the snapshot's paths: bytes, one latin1 unit each. A trailing slash makes no difference. */
  readonly paths?: readonly string[] | undefined
  /** The newest so many for each host and paths. */
  readonly latest?: number | undefined
}

/** Whether a snapshot is of the hosts, tags and paths. */
export const passesFilter = (
  snapshot: Pick<Snapshot, 'host' | 'tags' | 'paths'>,
  filter: SnapshotFilter,
): boolean =>
  isOneOf(filter.hosts, (host) => host === snapshot.host) &&
  isOneOf(filter.tags, (tags) => hasTags(snapshot.tags, tags)) &&
  hasPaths(snapshot.paths, filter.paths ?? [])

/** Those that pass, oldest first. */
export const filterSnapshots = (snapshots: readonly Snapshot[], filter: SnapshotFilter): Snapshot[] => {
  const passed = snapshots.filter((snapshot) => passesFilter(snapshot, filter)).sort(compareSnapshots)
  const { latest } = filter
  if (latest === undefined) return passed
  return groupSnapshots(passed)
    .flatMap((group) => group.slice(Math.max(0, group.length - latest)))
    .sort(compareSnapshots)
}

const isOneOf = (wanted: readonly string[] | undefined, fits: (item: string) => boolean): boolean =>
  wanted === undefined || wanted.length === 0 || wanted.some(fits)

const hasTags = (tags: readonly string[], wanted: string): boolean =>
  wanted === '' ? tags.length === 0 : wanted.split(',').every((tag) => tags.includes(tag.trim()))

const hasPaths = (paths: readonly string[], wanted: readonly string[]): boolean => {
  if (wanted.length === 0) return true
  const has = new Set(paths.map(withoutTrailingSlash))
  return wanted.every((path) => has.has(withoutTrailingSlash(path)))
}

const withoutTrailingSlash = (path: string): string => path.replace(/(?<=.)\/+$/, '')
