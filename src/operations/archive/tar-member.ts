import { type ByteString, textOf } from '../../bytes/byte-string.js'
import { CorruptError } from '../../errors.js'
import { contentSizeBytesOf, type Device, type Entry, EntryType, type Xattr } from '../../format/entry.js'
import { ChunkKind } from '../../format/ids.js'
import type { RootAttributes } from '../../format/root-attributes.js'
import type { NodeSource } from '../../tree/node-store.js'
import { type TarMember, TarType } from './tar-header.js'

/** Sockets have none: they mean nothing without the process that listens. */
const tarTypes: Readonly<Partial<Record<EntryType, TarType>>> = {
  [EntryType.file]: TarType.file,
  [EntryType.directory]: TarType.directory,
  [EntryType.symlink]: TarType.symlink,
  [EntryType.fifo]: TarType.fifo,
  [EntryType.characterDevice]: TarType.characterDevice,
  [EntryType.blockDevice]: TarType.blockDevice,
}

const none = '' as ByteString

/** Undefined for what tar does not keep. `hardLinkTo` is the path of an earlier member that is the same inode. */
export const tarMemberOf = async (
  source: NodeSource,
  entry: Entry,
  path: ByteString,
  hardLinkTo: ByteString | undefined,
): Promise<TarMember | undefined> => {
  const type = tarTypes[entry.type]
  if (type === undefined) return undefined
  const { content } = entry
  const isDevice = type === TarType.characterDevice || type === TarType.blockDevice
  const isFirst = hardLinkTo === undefined
  // Spelled out: with spreads this was the dearest step of an archive of small files after reading them (CPU profile).
  return {
    path: type === TarType.directory ? (`${path}/` as ByteString) : path,
    type: isFirst ? type : TarType.hardLink,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    user: entry.user,
    group: entry.group,
    sizeBytes: isFirst ? contentSizeBytesOf(entry) : 0,
    mtimeSeconds: entry.mtimeSeconds,
    mtimeNanoseconds: entry.mtimeNanoseconds,
    linkTarget: hardLinkTo ?? (typeof content === 'string' ? content : none),
    major: isDevice ? (content as Device).major : 0,
    minor: isDevice ? (content as Device).minor : 0,
    xattrs: isFirst ? await xattrsOf(source, entry.xattrs, path) : [],
  }
}

/** The archived directory itself, where its attributes are known from the snapshot's record. */
export const tarMemberOfRoot = async (source: NodeSource, root: RootAttributes): Promise<TarMember> => ({
  mode: root.mode,
  uid: root.uid,
  gid: root.gid,
  user: root.user,
  group: root.group,
  path: './' as ByteString,
  type: TarType.directory,
  sizeBytes: 0,
  mtimeSeconds: root.mtime.seconds,
  mtimeNanoseconds: root.mtime.nanoseconds,
  linkTarget: none,
  major: 0,
  minor: 0,
  xattrs: await xattrsOf(source, root.xattrs, '.' as ByteString),
})

const xattrsOf = async (
  source: NodeSource,
  xattrs: readonly Xattr[],
  path: ByteString,
): Promise<TarMember['xattrs']> => {
  const values: TarMember['xattrs'][number][] = []
  for (const { name, value } of xattrs) values.push({ name, value: await xattrValue(source, value, path) })
  return values
}

const xattrValue = async (
  source: NodeSource,
  value: Xattr['value'],
  path: ByteString,
): Promise<Uint8Array> => {
  if (value instanceof Uint8Array) return value
  const parts: Uint8Array[] = []
  for (const id of value.ids) parts.push(await source.get(id, ChunkKind.data))
  const bytes = Buffer.concat(parts)
  if (bytes.length !== value.sizeBytes)
    throw new CorruptError(textOf(path), 'has an extended attribute of another size')
  return bytes
}
