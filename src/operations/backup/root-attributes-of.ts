import type { ByteString } from '../../bytes/byte-string.js'
import { statOf } from '../../filesystem/stat.js'
import { readXattrs } from '../../filesystem/xattrs.js'
import type { RootAttributes } from '../../format/root-attributes.js'
import { timestampFromNanoseconds } from '../../format/timestamp.js'
import type { EntryMaker } from './entry-of-stat.js'
import type { Source } from './source.js'

/** The attributes of the directory whose contents stand at the tree's root; null where several roots hang below it. */
export const rootAttributesOf = (
  source: Source,
  maker: EntryMaker,
  captureXattrs: boolean,
): RootAttributes | null => {
  const top = source.roots.find(({ treePath }) => treePath.length === 0)
  if (top === undefined) return null
  try {
    return attributesOf(top.diskPath, maker, captureXattrs)
  } catch {
    return null
  }
}

const attributesOf = (path: ByteString, maker: EntryMaker, captureXattrs: boolean): RootAttributes => {
  const stat = statOf(path)
  const { user, group, xattrs } = maker.entry(stat, null, captureXattrs ? readXattrs(path) : [])
  return {
    mode: stat.mode,
    uid: stat.uid,
    gid: stat.gid,
    user,
    group,
    mtime: timestampFromNanoseconds(stat.mtimeNs),
    ctime: timestampFromNanoseconds(stat.ctimeNs),
    xattrs,
  }
}
