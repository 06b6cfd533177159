import { textOf } from '../bytes/byte-string.js'
import { contentSizeBytesOf, type EntryContent, EntryFlag, EntryType } from '../format/entry.js'
import type { StoredEntry } from '../format/stored-entry.js'
import { timestampToDate, timestampToNanoseconds } from '../format/timestamp.js'
import { splitKey } from '../format/tree-key.js'
import { lossTextOf } from './entry-loss.js'

export type ListedType = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'char-device' | 'block-device'

/** What a snapshot keeps of one file, directory and so on. */
export interface ListedEntry {
  /** In the snapshot, as `a/b`: bytes, one latin1 unit each. */
  readonly path: string
  /** Its last component. */
  readonly name: string
  readonly type: ListedType
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Empty if unknown. */
  readonly user: string
  readonly group: string
  /** Of a regular file's content; 0 for everything else. */
  readonly sizeBytes: number
  readonly mtime: Date
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  /** 0 if unknown. */
  readonly inode: number
  readonly links: number
  /** Of a symlink: bytes, one latin1 unit each. */
  readonly linkTarget?: string
  /** Of a device. */
  readonly device?: { readonly major: number; readonly minor: number }
  readonly flags: { readonly changedWhileRead: boolean }
  /** What of it was lost before the snapshot was repaired, in words. */
  readonly lost?: string
  /** Names of extended attributes: bytes, one latin1 unit each. */
  readonly xattrs: string[]
}

const listedTypes: Readonly<Record<EntryType, ListedType>> = {
  [EntryType.file]: 'file',
  [EntryType.directory]: 'directory',
  [EntryType.symlink]: 'symlink',
  [EntryType.fifo]: 'fifo',
  [EntryType.socket]: 'socket',
  [EntryType.characterDevice]: 'char-device',
  [EntryType.blockDevice]: 'block-device',
}

const typeTexts: Readonly<Record<EntryType, string>> = {
  [EntryType.file]: 'a file',
  [EntryType.directory]: 'a directory',
  [EntryType.symlink]: 'a symlink',
  [EntryType.fifo]: 'a fifo',
  [EntryType.socket]: 'a socket',
  [EntryType.characterDevice]: 'a character device',
  [EntryType.blockDevice]: 'a block device',
}

/** With its article, for messages. */
export const typeTextOf = ({ type }: { readonly type: EntryType }): string => typeTexts[type]

export const listedEntryOf = (entry: StoredEntry): ListedEntry => {
  const { directory, name } = splitKey(entry.key)
  const mtime = { seconds: entry.mtimeSeconds, nanoseconds: entry.mtimeNanoseconds }
  return {
    path: directory === '' ? name : `${directory}/${name}`,
    name,
    type: listedTypes[entry.type],
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    user: textOf(entry.user),
    group: textOf(entry.group),
    sizeBytes: contentSizeBytesOf(entry),
    mtime: timestampToDate(mtime),
    mtimeNs: timestampToNanoseconds(mtime),
    ctimeNs: timestampToNanoseconds({ seconds: entry.ctimeSeconds, nanoseconds: entry.ctimeNanoseconds }),
    inode: entry.inode,
    links: entry.links,
    ...linkTargetOf(entry.content),
    ...deviceOf(entry.content),
    flags: { changedWhileRead: (entry.flags & EntryFlag.changedWhileRead) !== 0 },
    ...lostOf(entry),
    xattrs: entry.xattrs.map((xattr) => xattr.name),
  }
}

const lostOf = (entry: StoredEntry): { lost?: string } => {
  const lost = lossTextOf(entry)
  return lost === undefined ? {} : { lost }
}

const linkTargetOf = (content: EntryContent): { linkTarget?: string } =>
  typeof content === 'string' ? { linkTarget: content } : {}

const deviceOf = (content: EntryContent): Pick<ListedEntry, 'device'> =>
  content !== null && typeof content === 'object' && 'major' in content
    ? { device: { major: content.major, minor: content.minor } }
    : {}
