import type { ByteString } from '../../bytes/byte-string.js'
import { excludeByPatterns } from '../../filesystem/exclude-patterns.js'
import type { FoundName, WalkFilter } from '../../filesystem/walk-filter.js'

/** `passed`: a directory that is not asked for itself, but something in it may be. */
export type Selected = 'yes' | 'passed' | 'no'

export type Selection = (directory: ByteString, name: ByteString, isDirectory: boolean) => Selected

/**
 * Which entries are restored: those that a pattern to include matches (all, where there is none), without those that a
 * pattern to exclude matches. Patterns are those of gitignore(5), with the snapshot's root as their root.
 */
export const selectionOf = (
  include: readonly string[] | undefined,
  exclude: readonly string[] | undefined,
): Selection => {
  const included = include === undefined || include.length === 0 ? undefined : matcherOf(include)
  const excluded = exclude === undefined || exclude.length === 0 ? undefined : matcherOf(exclude)
  if (included === undefined && excluded === undefined) return () => 'yes'
  return (directory, name, isDirectory) => {
    if (excluded?.(directory, name, isDirectory)) return 'no'
    if (included === undefined || included(directory, name, isDirectory)) return 'yes'
    return isDirectory ? 'passed' : 'no'
  }
}

type Matcher = (directory: ByteString, name: ByteString, isDirectory: boolean) => boolean

const matcherOf = (patterns: readonly string[]): Matcher => {
  const filter = excludeByPatterns(
    patterns.map((pattern) => ({ pattern, ignoreCase: false })),
    '/' as ByteString,
  )
  return (directory, name, isDirectory) => {
    const path = (directory === '' ? `/${name}` : `/${directory}/${name}`) as ByteString
    const found = { path, directory, name }
    return filter.excludeName?.(found) === true || matchesByType(filter, found, isDirectory)
  }
}

/** Only the type is looked at by patterns. */
const matchesByType = (filter: WalkFilter, found: FoundName, isDirectory: boolean): boolean =>
  filter.exclude?.({ ...found, stat: { ...anyStat, type: isDirectory ? 'directory' : 'file' } }) === true

const anyStat = {
  mode: 0,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  allocatedBytes: 0,
  mtimeNs: 0n,
  ctimeNs: 0n,
  inode: 0n,
  links: 1,
  device: 0n,
  deviceNumber: 0n,
}
