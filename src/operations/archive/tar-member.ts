import { type ByteString, textOf } from '../../bytes/byte-string.js'
import { contentSizeBytesOf, type Device, type Entry, EntryType } from '../../format/entry.js'
import { refuseCriticalExtensions } from '../../format/extension.js'
import type { RootAttributes } from '../../format/root-attributes.js'
import { xattrValues } from '../../snapshot/xattr-values.js'
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

/**
 * Undefined for what tar does not keep. `hardLinkTo` is the path of an earlier member that is the same inode.
 * Errors: `unsupported-feature`, those of the source.
 */
export const tarMemberOf = async (
  source: NodeSource,
  entry: Entry,
  path: ByteString,
  hardLinkTo: ByteString | undefined,
): Promise<TarMember | undefined> => {
  const type = tarTypes[entry.type]
  if (type === undefined) return undefined
  refuseCriticalExtensions(entry.extensions, textOf(path))
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
    xattrs: isFirst ? await xattrValues(source, entry.xattrs, textOf(path)) : [],
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
  xattrs: await xattrValues(source, root.xattrs, '.'),
})
