import type { ByteString } from '../bytes/byte-string.js'
import type { StatOfColumns } from './stat-columns.js'
import type { WalkEntry } from './walk-filter.js'

/** A directory as a walk knows it; its entries share one. */
export interface Place {
  readonly diskPath: ByteString
  /** Joined with '/'; '' for the tree's root. */
  readonly treePath: ByteString
}

/** What a walk found. Its path is put together only when it is asked for: most entries of a later backup need none. */
export class FoundEntry implements WalkEntry {
  /** Set once it was looked at. */
  stat!: StatOfColumns

  constructor(
    readonly place: Place,
    readonly name: ByteString,
    /** Where it is on the disk, if not in its directory: a root that was given from elsewhere. */
    readonly elsewhere?: ByteString | undefined,
  ) {}

  get path(): ByteString {
    return this.elsewhere ?? joined(this.place.diskPath, this.name)
  }

  get directory(): ByteString {
    return this.place.treePath
  }
}

const joined = (directory: ByteString, name: ByteString): ByteString => {
  if (directory === '.') return name
  return (directory.endsWith('/') ? directory + name : `${directory}/${name}`) as ByteString
}
