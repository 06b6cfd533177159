import { type ByteString, bytesOf } from '../bytes/byte-string.js'
import type { Xattr } from './entry.js'
import type { Fields } from './fields.js'
import type { ChunkId } from './ids.js'
import {
  idSizeBytes,
  ownerNameMaxBytes,
  xattrChunkMaxBytes,
  xattrInEntryMaxBytes,
  xattrNameMaxBytes,
} from './limits.js'
import type { RecordValue } from './record.js'
import { readFlatTimestamp, type Timestamp } from './timestamp.js'

const xattrsMax = 65_536

/** What an entry would say of the source's root, which has none (docs/FORMAT.md §9.4). */
export interface RootAttributes {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly user: ByteString
  readonly group: ByteString
  readonly mtime: Timestamp
  readonly ctime: Timestamp
  /** Names ascending. */
  readonly xattrs: readonly Xattr[]
}

export const rootAttributesValue = (root: RootAttributes): RecordValue => [
  root.mode,
  root.uid,
  root.gid,
  bytesOf(root.user),
  bytesOf(root.group),
  root.mtime.seconds,
  root.mtime.nanoseconds,
  root.ctime.seconds,
  root.ctime.nanoseconds,
  root.xattrs.map(({ name, value }) => [
    bytesOf(name),
    value instanceof Uint8Array ? value : [value.sizeBytes, [...value.ids]],
  ]),
]

export function readRootAttributes(fields: Fields): RootAttributes {
  const root = fields.fields('root attributes', 10)
  return {
    mode: root.uint('mode', 0o7777),
    uid: root.uint('uid'),
    gid: root.uint('gid'),
    user: root.byteString('user', ownerNameMaxBytes),
    group: root.byteString('group', ownerNameMaxBytes),
    mtime: readFlatTimestamp(root, 'mtime'),
    ctime: readFlatTimestamp(root, 'ctime'),
    xattrs: readXattrs(root),
  }
}

function readXattrs(fields: Fields): Xattr[] {
  let previous = '' as ByteString
  return fields.each('xattrs', xattrsMax, (items) => {
    const xattr = items.fields('xattr', 2)
    const name = xattr.byteString('xattr name', xattrNameMaxBytes)
    if (name <= previous || name.includes('\0')) throw xattr.corrupt('xattr names do not ascend')
    previous = name
    return {
      name,
      value: xattr.nextIsArray()
        ? readStoredXattr(xattr)
        : xattr.bytesUpTo('xattr value', xattrInEntryMaxBytes),
    }
  })
}

function readStoredXattr(fields: Fields): Xattr['value'] {
  const value = fields.fields('xattr value', 2)
  const sizeBytes = value.uint('xattr size')
  const ids = value.each(
    'xattr chunks',
    value.sizeMaxBytes,
    (items) => items.bytes('chunk id', idSizeBytes) as ChunkId,
  )
  if (sizeBytes < ids.length || sizeBytes > ids.length * xattrChunkMaxBytes || ids.length === 0) {
    throw fields.corrupt('xattr chunks do not fit its size')
  }
  return { sizeBytes, ids }
}
