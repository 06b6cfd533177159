import ignore, { type Ignore } from 'ignore'
import { type ByteString, textOf } from '../bytes/byte-string.js'
import type { FoundName, WalkFilter } from './walk-filter.js'

/** One pattern as given, with the rules of gitignore(5). */
export interface ExcludePattern {
  readonly pattern: string
  readonly ignoreCase: boolean
}

/** What a pattern is matched against: the absolute path on the disk, the path in the tree, or the name alone. */
type Kind = 'disk' | 'tree' | 'name'

/** Patterns of the same kind that follow each other: a later group overrules an earlier one. */
interface Group {
  readonly kind: Kind
  readonly ignoreCase: boolean
  readonly rules: Ignore
  /** What a path on the disk must begin with to be matched at all: saves most questions. */
  readonly prefixes: string[]
  /** The rules with an empty cache, exchanged now and then. */
  cached: Ignore
  askedCount: number
}

/** The package keeps every answer for ever; after so many questions its cache is thrown away. */
const askedMax = 20_000

/** The patterns of an exclude file: one a line, empty lines and lines that begin with '#' left away. */
export const excludePatternsOf = (fileText: string, ignoreCase = false): ExcludePattern[] =>
  fileText
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((pattern) => ({ pattern, ignoreCase }))

/**
 * Leaves out what the patterns match. A pattern that begins with '/' is matched against the absolute path on the disk;
 * any other one matches at any depth of the tree, also when it has a slash inside. '!' takes back, a trailing '/' means
 * directories only. Names that are not UTF-8 are matched as they are displayed, with U+FFFD.
 */
export const excludeByPatterns = (
  patterns: readonly ExcludePattern[],
  currentDirectory: ByteString,
): WalkFilter => {
  if (patterns.length === 0) return {}
  const groups = groupsOf(patterns)
  const diskText = diskTextFrom(textOf(currentDirectory))
  const isBelowExcluded = ancestorTest(groups)
  const dependsOnType = patterns.some(({ pattern }) => pattern.trimEnd().endsWith('/'))
  const test = (found: FoundName, isDirectory: boolean): boolean =>
    isExcluded(groups, found, isDirectory, diskText)
  const excludeName = (found: FoundName): boolean =>
    isBelowExcluded(found.directory) || (test(found, false) && (!dependsOnType || test(found, true)))
  if (!dependsOnType) return { excludeName }
  return { excludeName, exclude: (entry) => test(entry, entry.stat.type === 'directory') }
}

type DiskText = (path: ByteString) => string

/** Without the leading slash, as the package wants it. */
const diskTextFrom =
  (currentDirectory: string): DiskText =>
  (path) =>
    absoluteOf(currentDirectory, textOf(path))

/**
 * Says whether a directory of the tree or one above it is excluded, which a walk that begins below it has not asked.
 * Remembers the last answer: a walk asks for all entries of a directory in a row.
 */
const ancestorTest = (groups: readonly Group[]): ((directory: ByteString) => boolean) => {
  let last = '' as ByteString
  let answer = false
  return (directory) => {
    if (directory === last) return answer
    const parts = directory === '' ? [] : (directory.split('/') as ByteString[])
    answer = parts.some((name, depth) => {
      const above = parts.slice(0, depth).join('/') as ByteString
      return isExcluded(groups, { path: directory, directory: above, name }, true, undefined)
    })
    last = directory
    return answer
  }
}

const absoluteOf = (currentDirectory: string, path: string): string => {
  const absolute = path.startsWith('/') ? path : `${currentDirectory}/${path}`
  if (!absolute.includes('/..')) return absolute.replace(/^\/+/, '')
  const kept: string[] = []
  for (const part of absolute.split('/')) {
    if (part === '..') kept.pop()
    else if (part !== '' && part !== '.') kept.push(part)
  }
  return kept.join('/')
}

/** Without `diskText` the patterns for the disk are left away: for a path on the disk the package asks its ancestors. */
const isExcluded = (
  groups: readonly Group[],
  found: FoundName,
  isDirectory: boolean,
  diskText: DiskText | undefined,
): boolean => {
  for (let at = groups.length - 1; at >= 0; at--) {
    const group = groups[at]!
    if (group.kind === 'disk' && diskText === undefined) continue
    const path = group.kind === 'disk' ? diskText!(found.path) : textInTree(group.kind, found)
    if (path === '' || (group.kind === 'disk' && !hasPrefix(group, path))) continue
    const answer = fresh(group).test(isDirectory ? `${path}/` : path)
    if (answer.ignored) return true
    if (answer.unignored) return false
  }
  return false
}

/** A pattern without a slash inside sees the name alone: short, often seen before, and three times faster. */
const textInTree = (kind: Kind, { directory, name }: FoundName): string =>
  textOf(kind === 'name' || directory === '' ? name : (`${directory}/${name}` as ByteString))

const fresh = (group: Group): Ignore => {
  if (++group.askedCount > askedMax) {
    group.askedCount = 0
    group.cached = withRules(group.ignoreCase, group.rules)
  }
  return group.cached
}

const withRules = (ignoreCase: boolean, rules: Ignore): Ignore => ignore({ ignoreCase }).add(rules)

const groupsOf = (patterns: readonly ExcludePattern[]): Group[] => {
  const groups: Group[] = []
  for (const { pattern, ignoreCase } of patterns) {
    const kind = kindOf(pattern)
    let group = groups.at(-1)
    if (group === undefined || group.kind !== kind || group.ignoreCase !== ignoreCase) {
      const rules = ignore({ ignoreCase })
      group = { kind, ignoreCase, rules, prefixes: [], cached: rules, askedCount: 0 }
      groups.push(group)
    }
    if (kind === 'disk') group.prefixes.push(ignoreCase ? '' : literalPrefixOf(pattern))
    group.rules.add([{ pattern: kind === 'disk' ? pattern : anyDepth(pattern, kind) }])
  }
  return groups
}

const hasPrefix = ({ prefixes }: Group, path: string): boolean =>
  prefixes.some((prefix) => path.startsWith(prefix))

/** Up to the first character with a meaning of its own. */
const literalPrefixOf = (pattern: string): string =>
  /^!?\/+([^*?[\\\s]*)/.exec(pattern)![1]!.replace(/\/+$/, '')

const kindOf = (pattern: string): Kind => {
  if (/^!?\//.test(pattern)) return 'disk'
  return pattern.trimEnd().slice(0, -1).includes('/') ? 'tree' : 'name'
}

/** gitignore ties a pattern with a slash inside to the top; here only a leading slash does. */
const anyDepth = (pattern: string, kind: Kind): string => {
  const negative = pattern.startsWith('!')
  const body = negative ? pattern.slice(1) : pattern
  // A comment mark can only come from the command line, where it means itself.
  const literal = body.startsWith('#') ? `\\${body}` : body
  return (negative ? '!' : '') + (kind === 'tree' && !literal.startsWith('**/') ? `**/${literal}` : literal)
}
