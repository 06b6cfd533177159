import type { Attributes } from '../../filesystem/attributes.js'
import type { Owner } from './target-directory.js'

/**
 * What is left to set of something that was just made: without an inherited ACL it has no extended attributes to remove, and
 * the owner that it got (undefined where nobody knows) may be the right one.
 */
export const withoutWhatNewHas = (
  { mode, uid, gid, mtimeNs, xattrs }: Attributes,
  { givesAcl, ownerOfNew }: { readonly givesAcl: boolean; readonly ownerOfNew: Owner | undefined },
): Attributes => {
  const isOwned = ownerOfNew !== undefined && uid === ownerOfNew.uid && gid === ownerOfNew.gid
  return {
    mode,
    uid: isOwned ? -1 : uid,
    gid: isOwned ? -1 : gid,
    mtimeNs,
    xattrs: !givesAcl && xattrs?.length === 0 ? undefined : xattrs,
  }
}
