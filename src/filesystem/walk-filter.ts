import type { ByteString } from '../bytes/byte-string.js'
import type { Stat } from './stat.js'

/** A name that was found, before anything is known about it. */
export interface FoundName {
  /** Where it is on the disk. */
  readonly path: ByteString
  /** The tree path of the directory it is in, joined with '/'; '' for the tree's root. */
  readonly directory: ByteString
  readonly name: ByteString
}

export interface WalkEntry extends FoundName {
  readonly stat: Stat
}

/** What a walk leaves out. Every part is optional; what is left out is not descended into either. */
export interface WalkFilter {
  /** Asked before lstat, so that a dead mount can be excluded without ever being touched. */
  readonly excludeName?: ((found: FoundName) => boolean) | undefined
  readonly exclude?: ((entry: WalkEntry) => boolean) | undefined
  /** Asked before a directory is listed: if a name comes back, only this one of its entries is kept. */
  readonly onlyEntry?: ((directory: ByteString) => ByteString | undefined) | undefined
  /** Directories on another file system than the root they were reached from stay, but empty. */
  readonly oneFileSystem?: boolean | undefined
  /** Directories never to be walked (the repository, the cache), as inodeKeyOf gives them. */
  readonly skip?: ReadonlySet<string> | undefined
}

/** Names a file whatever path leads to it. */
export const inodeKeyOf = (stat: Stat): string => `${stat.device}:${stat.inode}`

/** Whether it is a directory that is never to be walked. */
export const isSkipped = ({ skip }: WalkFilter, stat: Stat): boolean =>
  skip !== undefined && skip.size > 0 && stat.type === 'directory' && skip.has(inodeKeyOf(stat))

/** Several filters as one: an entry is left out if any of them leaves it out. */
export const joinFilters = (filters: readonly WalkFilter[]): WalkFilter => {
  const names = filters.flatMap((filter) => filter.excludeName ?? [])
  const entries = filters.flatMap((filter) => filter.exclude ?? [])
  const contents = filters.flatMap((filter) => filter.onlyEntry ?? [])
  return {
    excludeName: names.length === 0 ? undefined : (found) => names.some((test) => test(found)),
    exclude: entries.length === 0 ? undefined : (entry) => entries.some((test) => test(entry)),
    onlyEntry: contents.length === 0 ? undefined : (directory) => firstAnswer(contents, directory),
    oneFileSystem: filters.some((filter) => filter.oneFileSystem),
    skip: new Set(filters.flatMap((filter) => [...(filter.skip ?? [])])),
  }
}

const firstAnswer = (
  tests: readonly ((directory: ByteString) => ByteString | undefined)[],
  directory: ByteString,
): ByteString | undefined => {
  for (const test of tests) {
    const name = test(directory)
    if (name !== undefined) return name
  }
  return undefined
}
