import { type ByteString, byteStringOf } from '../bytes/byte-string.js'
import type { CborReader } from './cbor-reader.js'
import { type Entry, type EntryContent, EntryType, type Xattr } from './entry.js'
import { readContent, readEntryExtensions, readXattrs } from './entry-content.js'
import type { Extension } from './extension.js'
import { entryValueMaxBytes, nanosecondsMax, ownerNameMaxBytes } from './limits.js'

const safeMax = Number.MAX_SAFE_INTEGER

/** An entry as it stands in a leaf, with its key. Byte strings in it are views into the leaf, which they keep alive. */
export class StoredEntry implements Entry {
  readonly type: EntryType
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly user: ByteString
  readonly group: ByteString
  readonly mtimeSeconds: number
  readonly mtimeNanoseconds: number
  readonly ctimeSeconds: number
  readonly ctimeNanoseconds: number
  readonly inode: number
  readonly links: number
  readonly mount: number
  readonly flags: number
  readonly content: EntryContent
  readonly xattrs: readonly Xattr[]
  readonly extensions: readonly Extension[]
  private readonly leaf: Buffer
  private readonly valueAt: number
  private readonly valueEnd: number

  /** Reads items 2 to 18 (docs/FORMAT.md §8.2). Errors: `corrupt`. */
  constructor(
    readonly key: ByteString,
    reader: CborReader,
    names: OwnerNames,
  ) {
    this.leaf = reader.bytes
    this.valueAt = reader.at
    const type = reader.uint(EntryType.blockDevice, 'type')
    if (type === 0) throw reader.corrupt('type is 0')
    this.type = type as EntryType
    this.mode = reader.uint(0o7777, 'mode')
    this.uid = reader.uint(safeMax, 'uid')
    this.gid = reader.uint(safeMax, 'gid')
    this.user = names.user(reader)
    this.group = names.group(reader)
    this.mtimeSeconds = reader.int('mtime')
    this.mtimeNanoseconds = reader.uint(nanosecondsMax, 'mtime nanoseconds')
    this.ctimeSeconds = reader.int('ctime')
    this.ctimeNanoseconds = reader.uint(nanosecondsMax, 'ctime nanoseconds')
    this.inode = reader.uint(safeMax, 'inode')
    this.links = reader.uint(safeMax, 'links')
    this.mount = reader.uint(safeMax, 'mount')
    this.flags = reader.uint(1, 'flags')
    this.content = readContent(reader, this.type)
    this.xattrs = readXattrs(reader)
    this.extensions = readEntryExtensions(reader)
    this.valueEnd = reader.at
    if (this.valueEnd - this.valueAt > entryValueMaxBytes) throw reader.corrupt('entry is too large')
    if (this.mount !== 0 && (this.links < 2 || type === EntryType.directory))
      throw reader.corrupt('mount is not 0')
  }

  /** What `encodeEntryValue` would give: a view into the leaf. */
  get valueBytes(): Buffer {
    return this.leaf.subarray(this.valueAt, this.valueEnd)
  }
}

/** Owners repeat from entry to entry, so the last string is given again where its bytes are the same. */
export class OwnerNames {
  #user = '' as ByteString
  #group = '' as ByteString

  user(reader: CborReader): ByteString {
    this.#user = readRepeated(reader, this.#user, 'user')
    return this.#user
  }

  group(reader: CborReader): ByteString {
    this.#group = readRepeated(reader, this.#group, 'group')
    return this.#group
  }
}

function readRepeated(reader: CborReader, last: ByteString, what: string): ByteString {
  const length = reader.byteStringRange(ownerNameMaxBytes, what)
  const { bytes, rangeStart } = reader
  let same = length === last.length
  for (let index = 0; same && index < length; index++)
    same = bytes[rangeStart + index] === last.charCodeAt(index)
  return same ? last : byteStringOf(bytes.subarray(rangeStart, reader.at))
}
