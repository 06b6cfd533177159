import { type ByteString, byteStringOf, byteStringOfText, textOf } from '../../bytes/byte-string.js'
import { VarveError } from '../../errors.js'
import { cacheDirectoryMark, directoryMarkOf } from '../../filesystem/exclude-marked.js'
import { excludePatternsOf } from '../../filesystem/exclude-patterns.js'
import { type ExcludeRules, filterOfRules } from '../../filesystem/exclude-rules.js'
import { readTextFile } from '../../filesystem/read-text-file.js'
import { realPathOf } from '../../filesystem/real-path.js'
import { lstatOf, statOf } from '../../filesystem/stat.js'
import { inodeKeyOf, type WalkFilter } from '../../filesystem/walk-filter.js'
import { type WalkRoot, walkRootOf } from '../../filesystem/walk-root.js'
import type { BackupOptions, ExcludeOptions } from './backup-options.js'

/** What a backup is of: the roots as they stand in the snapshot record, and what is left out of them. */
export interface Source {
  readonly paths: readonly ByteString[]
  /** Where the relative ones of them start; undefined where none is, or where it is not known. */
  readonly directory: ByteString | undefined
  readonly roots: readonly WalkRoot[]
  /** What is left out, and the same as questions. */
  readonly rules: ExcludeRules
  readonly filter: WalkFilter
  /** Directories left out by themselves, where they lie below a root. */
  readonly leftOut: readonly ByteString[]
}

/** `own` are the directories that no backup should hold: the repository and the cache. Errors: `invalid-argument`, `source`. */
export const sourceOf = (
  options: BackupOptions,
  own: readonly string[],
  currentDirectory: ByteString,
): Source => {
  const paths = [...new Set(options.paths.map(asByteString))]
  if (paths.length === 0)
    throw new VarveError('invalid-argument', 'nothing to back up was named', {
      hint: 'Give at least one path.',
    })
  const roots = paths.map(walkRootOf)
  refuseAbsent(roots)
  const { inodes, told } = ownDirectories(own, roots)
  const rules = { ...rulesOf(options), currentDirectory, skip: inodes }
  return {
    paths: [...paths].sort(),
    directory: startOf(paths),
    roots,
    rules,
    filter: filterOfRules(rules),
    leftOut: told,
  }
}

const startOf = (paths: readonly ByteString[]): ByteString | undefined =>
  paths.every((path) => path.startsWith('/')) ? undefined : attempt(() => realPathOf('.' as ByteString))

const asByteString = (path: string | Uint8Array): ByteString =>
  typeof path === 'string' ? byteStringOfText(path) : byteStringOf(path)

/** Paths of which none is there are a mistake of the caller; one among others is a problem of the source. */
const refuseAbsent = (roots: readonly WalkRoot[]): void => {
  let failure: unknown
  for (const { diskPath } of roots) {
    try {
      lstatOf(diskPath)
      return
    } catch (error) {
      failure ??= error
    }
  }
  const { code, message } = failure as NodeJS.ErrnoException
  const named = textOf(roots[0]!.diskPath)
  const what = code === 'ENOENT' ? `${named}: there is no such file or directory` : message
  throw new VarveError('source', what, { hint: 'Check the path.', cause: failure })
}

const rulesOf = (options: ExcludeOptions): Omit<ExcludeRules, 'currentDirectory' | 'skip'> => {
  const patterns = [
    ...(options.exclude ?? []).map((pattern) => ({ pattern, ignoreCase: false })),
    ...(options.iexclude ?? []).map((pattern) => ({ pattern, ignoreCase: true })),
    ...(options.excludeFiles ?? []).flatMap((path) => excludePatternsOf(readTextFile(path, 'patterns'))),
  ]
  const marks = (options.excludeIfPresent ?? []).map(directoryMarkOf)
  if (options.excludeCaches) marks.push(cacheDirectoryMark)
  const { excludeLargerThanBytes: sizeBytesMax, oneFileSystem = false } = options
  return { patterns, marks, sizeBytesMax, oneFileSystem }
}

/** The own directories by inode, so that they are recognised whatever path leads to them; told where one lies below a root. */
const ownDirectories = (own: readonly string[], roots: readonly WalkRoot[]): OwnDirectories => {
  const inodes = new Set<string>()
  const told: ByteString[] = []
  const tops = roots.flatMap(({ diskPath }) => attempt(() => realPathOf(diskPath)) ?? [])
  for (const path of own.map(byteStringOfText)) {
    // A cache that does not exist yet need not be left out.
    const stat = attempt(() => statOf(path))
    if (stat === undefined) continue
    inodes.add(inodeKeyOf(stat))
    const real = attempt(() => realPathOf(path)) ?? path
    if (tops.some((top) => isWithin(real, top))) told.push(path)
  }
  return { inodes, told }
}

interface OwnDirectories {
  readonly inodes: ReadonlySet<string>
  readonly told: readonly ByteString[]
}

const attempt = <T>(step: () => T): T | undefined => {
  try {
    return step()
  } catch {
    return undefined
  }
}

const isWithin = (path: string, directory: string): boolean =>
  directory === '/' || path === directory || path.startsWith(`${directory}/`)
