import type { ByteString } from '../bytes/byte-string.js'
import type { Extension } from './extension.js'
import type { ChunkId } from './ids.js'

/** docs/FORMAT.md §8.2, item 2. */
export const EntryType = {
  file: 1,
  directory: 2,
  symlink: 3,
  fifo: 4,
  socket: 5,
  characterDevice: 6,
  blockDevice: 7,
} as const
export type EntryType = (typeof EntryType)[keyof typeof EntryType]

/** Bits of `Entry.flags`. */
export const EntryFlag = { changedWhileRead: 1 } as const

/** What a snapshot keeps of one file, directory and so on (docs/FORMAT.md §8.2). */
export interface Entry {
  readonly type: EntryType
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Empty if unknown. */
  readonly user: ByteString
  /** Empty if unknown. */
  readonly group: ByteString
  readonly mtimeSeconds: number
  readonly mtimeNanoseconds: number
  readonly ctimeSeconds: number
  readonly ctimeNanoseconds: number
  /** 0 if unknown. */
  readonly inode: number
  readonly links: number
  /** Ordinal of the mount where links > 1 and it is no directory, else 0. */
  readonly mount: number
  readonly flags: number
  /** File: FileContent; symlink: its target; device: Device; else null. */
  readonly content: EntryContent
  /** Names ascending. */
  readonly xattrs: readonly Xattr[]
  readonly extensions: readonly Extension[]
}

export type EntryContent = FileContent | ByteString | Device | null

/** docs/FORMAT.md §8.4. */
export type FileContent = InlineContent | ListContent

export interface InlineContent {
  readonly form: 'inline'
  readonly sizeBytes: number
  /** Packed (§7), at most 640 bytes; read them with PieceCursor. */
  readonly pieces: Uint8Array
  readonly holes: Holes
}

export interface ListContent {
  readonly form: 'list'
  readonly sizeBytes: number
  readonly root: ChunkId
  readonly pieceCount: number
  readonly holes: Holes
}

/** None, the encoded hole map, or the chunks that it is stored in (§7). */
export type Holes = null | Uint8Array | readonly ChunkId[]

export interface Device {
  readonly major: number
  readonly minor: number
}

export interface Xattr {
  readonly name: ByteString
  readonly value: Uint8Array | StoredXattr
}

/** A value above 1,024 bytes, in chunks of kind data. */
export interface StoredXattr {
  readonly sizeBytes: number
  readonly ids: readonly ChunkId[]
}

export const isFileContent = (content: EntryContent): content is FileContent =>
  content !== null && typeof content === 'object' && 'form' in content

/** Size of a regular file's content; 0 for everything else. */
export const contentSizeBytesOf = ({ content }: Pick<Entry, 'content'>): number =>
  isFileContent(content) ? content.sizeBytes : 0

/**
 * Adds up sizes the way that trees do (docs/FORMAT.md §8.2): a sum stops at 2^53 - 1, so that nobody's sparse files can
 * make a tree impossible. The order of adding does not matter.
 */
export const addContentBytes = (a: number, b: number): number => Math.min(a + b, Number.MAX_SAFE_INTEGER)
