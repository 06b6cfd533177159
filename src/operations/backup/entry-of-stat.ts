import { type ByteString, byteStringOfText } from '../../bytes/byte-string.js'
import type { Accounts } from '../../filesystem/accounts.js'
import type { FileType, Stat } from '../../filesystem/stat.js'
import type { Xattr as FoundXattr } from '../../filesystem/xattrs.js'
import { type Device, type Entry, type EntryContent, EntryType, type Xattr } from '../../format/entry.js'
import { ChunkKind } from '../../format/ids.js'
import { ownerNameMaxBytes, xattrChunkMaxBytes, xattrInEntryMaxBytes } from '../../format/limits.js'
import { timestampFromNanoseconds } from '../../format/timestamp.js'
import type { NodeSink } from '../../tree/node-store.js'

export const entryTypes: Readonly<Record<FileType, EntryType>> = {
  file: EntryType.file,
  directory: EntryType.directory,
  symlink: EntryType.symlink,
  fifo: EntryType.fifo,
  socket: EntryType.socket,
  'char-device': EntryType.characterDevice,
  'block-device': EntryType.blockDevice,
}

/** The packing of libc's gnu_dev_major and gnu_dev_minor. */
export const deviceOf = (deviceNumber: bigint): Device => ({
  major: Number(((deviceNumber >> 8n) & 0xfffn) | ((deviceNumber >> 32n) & 0xfffff000n)),
  minor: Number((deviceNumber & 0xffn) | ((deviceNumber >> 12n) & 0xffffff00n)),
})

/** Inode numbers above 2^53 (some network and cluster file systems) keep their low 53 bits (docs/FORMAT.md §8.2). */
const storedInode = (inode: bigint): number => Number(BigInt.asUintN(53, inode))

/** Makes entries of what the file system says. Remembers names of owners and ordinals of mounts. */
export class EntryMaker {
  readonly #users = new Map<number, ByteString>()
  readonly #groups = new Map<number, ByteString>()
  readonly #mounts = new Map<bigint, number>()

  constructor(
    private readonly accounts: Accounts,
    private readonly sink: NodeSink,
  ) {}

  entry(stat: Stat, content: EntryContent, xattrs: readonly FoundXattr[], flags = 0): Entry {
    const mtime = timestampFromNanoseconds(stat.mtimeNs)
    const ctime = timestampFromNanoseconds(stat.ctimeNs)
    return {
      type: entryTypes[stat.type],
      mode: stat.mode,
      uid: stat.uid,
      gid: stat.gid,
      user: this.userOf(stat.uid),
      group: this.groupOf(stat.gid),
      mtimeSeconds: mtime.seconds,
      mtimeNanoseconds: mtime.nanoseconds,
      ctimeSeconds: ctime.seconds,
      ctimeNanoseconds: ctime.nanoseconds,
      inode: storedInode(stat.inode),
      links: stat.links,
      mount: this.mountOf(stat),
      flags,
      content,
      xattrs: xattrs.map((xattr) => this.#stored(xattr)),
      extensions: [],
    }
  }

  userOf(uid: number): ByteString {
    return remembered(this.#users, uid, () => ownerName(this.accounts.userName(uid)))
  }

  groupOf(gid: number): ByteString {
    return remembered(this.#groups, gid, () => ownerName(this.accounts.groupName(gid)))
  }

  /** Mounts are counted as they come, from 1: device numbers change at every remount, their order in a walk does not. */
  mountOf({ type, links, device }: Stat): number {
    if (links < 2 || type === 'directory') return 0
    return remembered(this.#mounts, device, () => this.#mounts.size + 1)
  }

  #stored([name, value]: FoundXattr): Xattr {
    if (value.length <= xattrInEntryMaxBytes) return { name, value }
    const ids = []
    for (let at = 0; at < value.length; at += xattrChunkMaxBytes)
      ids.push(this.sink.put(ChunkKind.data, value.subarray(at, at + xattrChunkMaxBytes)))
    return { name, value: { sizeBytes: value.length, ids } }
  }
}

/** Empty if unknown or longer than an entry can hold (docs/FORMAT.md §8.2). */
const ownerName = (text = ''): ByteString => {
  const name = byteStringOfText(text)
  return name.length > ownerNameMaxBytes ? ('' as ByteString) : name
}

const remembered = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key)
  if (known !== undefined) return known
  const value = make()
  map.set(key, value)
  return value
}
