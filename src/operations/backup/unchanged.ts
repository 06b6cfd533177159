import type { StatOfColumns } from '../../filesystem/stat-columns.js'
import { contentSizeBytesOf, type Entry, EntryFlag } from '../../format/entry.js'
import { hasCriticalExtension } from '../../format/extension.js'
import { Captured } from '../../format/snapshot.js'
import { type Timestamp, timestampFromNanoseconds, timestampToNanoseconds } from '../../format/timestamp.js'
import { type EntryMaker, entryTypes } from './entry-of-stat.js'

/** A clock may be that coarse, or that far from the file server's. */
const racyNs = 2_000_000_000n

export interface UnchangedRules {
  readonly ignoreCtime: boolean
  readonly ignoreInode: boolean
  /** What this run can capture; metadata is taken over only from a parent that captured as much. */
  readonly captured: number
}

/** An earlier tree that entries may be taken over from. */
export interface Earlier {
  readonly sourceStart: Timestamp
  readonly captured: number
}

/**
 * Says which entries of an earlier snapshot still hold. Type, size, mtime, ctime and inode must agree, and nothing of it
 * may be so young that a change in the same tick of the clock would not show (git's "racily clean" case).
 */
export class UnchangedTest {
  /** What is later than this may have changed unseen. */
  readonly #settledBefore: Timestamp
  readonly #sameMetadata: boolean

  constructor(
    private readonly rules: UnchangedRules,
    earlier: Earlier,
    nowNs: bigint,
    private readonly maker: EntryMaker,
  ) {
    const start = timestampToNanoseconds(earlier.sourceStart)
    this.#settledBefore = timestampFromNanoseconds((start < nowNs ? start : nowNs) - racyNs)
    const wanted = rules.captured & (Captured.xattrs | Captured.nanoseconds)
    this.#sameMetadata = (earlier.captured & wanted) === wanted
  }

  /** The content need not be read again. */
  hasSameContent(stat: StatOfColumns, entry: Entry): boolean {
    return this.#looksTheSame(stat, entry) && this.#isOldEnough(entry)
  }

  /** Nothing speaks against it but its youth: the content must be read, and is probably the same. */
  isInDoubt(stat: StatOfColumns, entry: Entry): boolean {
    return this.#looksTheSame(stat, entry) && !this.#isOldEnough(entry)
  }

  #looksTheSame(stat: StatOfColumns, entry: Entry): boolean {
    const { ignoreCtime, ignoreInode } = this.rules
    return (
      entryTypes[stat.type] === entry.type &&
      !hasCriticalExtension(entry.extensions) &&
      (stat.type !== 'file' || stat.sizeBytes === contentSizeBytesOf(entry)) &&
      (entry.flags & EntryFlag.changedWhileRead) === 0 &&
      stat.mtimeSeconds === entry.mtimeSeconds &&
      stat.mtimeNanoseconds === entry.mtimeNanoseconds &&
      (ignoreCtime || hasSameCtime(stat, entry)) &&
      (ignoreInode || stat.inode53 === entry.inode)
    )
  }

  /** Beyond the content, nothing else of the entry can have changed either: its stored bytes are taken over. */
  hasSameMetadata(stat: StatOfColumns, entry: Entry): boolean {
    return (
      this.#sameMetadata &&
      !hasCriticalExtension(entry.extensions) &&
      hasSameCtime(stat, entry) &&
      this.#isSettled(entry.ctimeSeconds, entry.ctimeNanoseconds) &&
      stat.inode53 === entry.inode &&
      stat.mode === entry.mode &&
      stat.uid === entry.uid &&
      stat.gid === entry.gid &&
      stat.links === entry.links &&
      this.maker.userOf(stat.uid) === entry.user &&
      this.maker.groupOf(stat.gid) === entry.group &&
      this.maker.mountOf(stat) === entry.mount
    )
  }

  #isOldEnough(entry: Entry): boolean {
    return (
      this.#isSettled(entry.mtimeSeconds, entry.mtimeNanoseconds) &&
      (this.rules.ignoreCtime || this.#isSettled(entry.ctimeSeconds, entry.ctimeNanoseconds))
    )
  }

  #isSettled(seconds: number, nanoseconds: number): boolean {
    const before = this.#settledBefore
    return seconds < before.seconds || (seconds === before.seconds && nanoseconds < before.nanoseconds)
  }
}

const hasSameCtime = (stat: StatOfColumns, entry: Entry): boolean =>
  stat.ctimeSeconds === entry.ctimeSeconds && stat.ctimeNanoseconds === entry.ctimeNanoseconds
