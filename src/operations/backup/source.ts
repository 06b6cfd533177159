import { type ByteString, byteStringOf, byteStringOfText } from '../../bytes/byte-string.js'
import { cacheDirectoryMark, directoryMarkOf, excludeLargerThan, excludeMarked } from '../../filesystem/exclude-marked.js'
import { excludeByPatterns, excludePatternsOf } from '../../filesystem/exclude-patterns.js'
import { readTextFile } from '../../filesystem/read-text-file.js'
import { inodeKeyOf, joinFilters, type WalkFilter } from '../../filesystem/walk-filter.js'
import { type WalkRoot, walkRootOf } from '../../filesystem/walk-root.js'
import { lstatOf, statOf } from '../../filesystem/stat.js'
import { VarveError } from '../../errors.js'
import type { BackupOptions, ExcludeOptions } from './backup-options.js'

/** What a backup is of: the roots as they stand in the snapshot record, and what is left out of them. */
export interface Source {
  readonly paths: readonly ByteString[]
  readonly roots: readonly WalkRoot[]
  readonly filter: WalkFilter
  /** Directories left out by themselves, where they lie below a root. */
  readonly leftOut: readonly ByteString[]
}

/** `own` are the directories that no backup should hold: the repository and the cache. Errors: `invalid-argument`, `source`. */
export const sourceOf = (options: BackupOptions, own: readonly string[], currentDirectory: ByteString): Source => {
  const paths = [...new Set(options.paths.map(asByteString))]
  if (paths.length === 0)
    throw new VarveError('invalid-argument', 'nothing to back up was named', { hint: 'Give at least one path.' })
  const roots = paths.map(walkRootOf)
  roots.forEach(refuseAbsent)
  const skipped = ownDirectories(own, roots, currentDirectory)
  const filter = joinFilters([filterOf(options, currentDirectory), { skip: new Set(skipped.keys()) }])
  return { paths: [...paths].sort(), roots, filter, leftOut: [...skipped.values()] }
}

const asByteString = (path: string | Uint8Array): ByteString =>
  typeof path === 'string' ? byteStringOfText(path) : byteStringOf(path)

/** A path that is not there is a mistake of the caller when it is the only one; among others it is a problem of the source. */
const refuseAbsent = ({ diskPath }: WalkRoot, _at: number, roots: readonly WalkRoot[]): void => {
  try {
    lstatOf(diskPath)
  } catch (cause) {
    if (roots.length > 1) return
    throw new VarveError('source', (cause as Error).message, { hint: 'Check the path.', cause })
  }
}

const filterOf = (options: ExcludeOptions, currentDirectory: ByteString): WalkFilter => {
  const patterns = [
    ...(options.exclude ?? []).map((pattern) => ({ pattern, ignoreCase: false })),
    ...(options.iexclude ?? []).map((pattern) => ({ pattern, ignoreCase: true })),
    ...(options.excludeFiles ?? []).flatMap((path) => excludePatternsOf(readTextFile(path))),
  ]
  const marks = (options.excludeIfPresent ?? []).map(directoryMarkOf)
  if (options.excludeCaches) marks.push(cacheDirectoryMark)
  const filters = [excludeByPatterns(patterns, currentDirectory), excludeMarked(marks)]
  if (options.excludeLargerThanBytes !== undefined) filters.push(excludeLargerThan(options.excludeLargerThanBytes))
  if (options.oneFileSystem) filters.push({ oneFileSystem: true })
  return joinFilters(filters)
}

/** The own directories by inode, so that they are recognised whatever path leads to them; only those below a root. */
const ownDirectories = (
  own: readonly string[],
  roots: readonly WalkRoot[],
  currentDirectory: ByteString,
): Map<string, ByteString> => {
  const found = new Map<string, ByteString>()
  for (const text of own) {
    const path = byteStringOfText(text)
    try {
      const stat = statOf(path)
      if (roots.some(({ diskPath }) => isWithin(absolute(path, currentDirectory), absolute(diskPath, currentDirectory))))
        found.set(inodeKeyOf(stat), path)
    } catch {
      // A cache that does not exist yet need not be left out.
    }
  }
  return found
}

const absolute = (path: ByteString, currentDirectory: ByteString): string => {
  const kept: string[] = []
  for (const part of (path.startsWith('/') ? path : `${currentDirectory}/${path}`).split('/')) {
    if (part === '..') kept.pop()
    else if (part !== '' && part !== '.') kept.push(part)
  }
  return `/${kept.join('/')}`
}

const isWithin = (path: string, directory: string): boolean =>
  directory === '/' || path === directory || path.startsWith(`${directory}/`)
