import type { ByteString } from '../bytes/byte-string.js'
import { type DirectoryMark, excludeLargerThan, excludeMarked } from './exclude-marked.js'
import { type ExcludePattern, excludeByPatterns } from './exclude-patterns.js'
import { joinFilters, type WalkFilter } from './walk-filter.js'

/** What a walk leaves out, as plain data that a thread can be given. */
export interface ExcludeRules {
  readonly patterns: readonly ExcludePattern[]
  /** What relative paths are relative to, for patterns. */
  readonly currentDirectory: ByteString
  readonly marks: readonly DirectoryMark[]
  readonly sizeBytesMax: number | undefined
  readonly oneFileSystem: boolean
  /** Directories never to be walked, as inodeKeyOf gives them. */
  readonly skip: ReadonlySet<string>
}

export const filterOfRules = (rules: ExcludeRules): WalkFilter => {
  const { patterns, currentDirectory, marks, sizeBytesMax, oneFileSystem, skip } = rules
  const filters = [
    excludeByPatterns(patterns, currentDirectory),
    excludeMarked(marks),
    { oneFileSystem, skip },
  ]
  if (sizeBytesMax !== undefined) filters.push(excludeLargerThan(sizeBytesMax))
  return joinFilters(filters)
}
