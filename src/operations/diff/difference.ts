import { type Entry, type EntryContent, isFileContent, type Xattr } from '../../format/entry.js'
import type { StoredEntry } from '../../format/stored-entry.js'
import { pathOfKey } from '../../format/tree-key.js'
import { type ListedEntry, listedEntryOf } from '../../snapshot/listed-entry.js'

/**
 * `modified`: another content, link target or device. `metadata`: the same content with other attributes. `type`: what was
 * there is something else now.
 */
export type DifferenceKind = 'added' | 'removed' | 'modified' | 'metadata' | 'type'

export interface Difference {
  readonly kind: DifferenceKind
  /** In the second snapshot; in the first where it was removed. Bytes, one latin1 unit each. */
  readonly path: string
  readonly before?: ListedEntry
  readonly after?: ListedEntry
}

/**
 * Undefined where only ctime, inode, mount, the number of links or the layout of holes differ: those are the file
 * system's own affairs.
 */
export const differenceOf = (
  before: StoredEntry | undefined,
  after: StoredEntry | undefined,
): Difference | undefined => {
  const kind = kindOf(before, after)
  if (kind === undefined) return undefined
  return {
    kind,
    path: pathOfKey((after ?? before)!.key),
    ...(before === undefined ? {} : { before: listedEntryOf(before) }),
    ...(after === undefined ? {} : { after: listedEntryOf(after) }),
  }
}

const kindOf = (before: Entry | undefined, after: Entry | undefined): DifferenceKind | undefined => {
  if (before === undefined) return 'added'
  if (after === undefined) return 'removed'
  if (before.type !== after.type) return 'type'
  if (!isSameContent(before.content, after.content)) return 'modified'
  return isSameMetadata(before, after) ? undefined : 'metadata'
}

/** By chunk ids: files cut by one repository's rule have the same chunks only if they have the same bytes. */
const isSameContent = (a: EntryContent, b: EntryContent): boolean => {
  if (a === null || b === null || typeof a === 'string' || typeof b === 'string') return a === b
  if (!isFileContent(a) || !isFileContent(b))
    return !isFileContent(a) && !isFileContent(b) && a.major === b.major && a.minor === b.minor
  if (a.sizeBytes !== b.sizeBytes) return false
  if (a.form === 'inline') return b.form === 'inline' && isSameBytes(a.pieces, b.pieces)
  return b.form === 'list' && isSameBytes(a.root, b.root)
}

const isSameMetadata = (a: Entry, b: Entry): boolean =>
  a.mode === b.mode &&
  a.uid === b.uid &&
  a.gid === b.gid &&
  a.user === b.user &&
  a.group === b.group &&
  a.mtimeSeconds === b.mtimeSeconds &&
  a.mtimeNanoseconds === b.mtimeNanoseconds &&
  a.flags === b.flags &&
  a.xattrs.length === b.xattrs.length &&
  a.xattrs.every((xattr, at) => isSameXattr(xattr, b.xattrs[at]!))

const isSameXattr = (a: Xattr, b: Xattr): boolean => {
  if (a.name !== b.name) return false
  if (a.value instanceof Uint8Array) return b.value instanceof Uint8Array && isSameBytes(a.value, b.value)
  if (b.value instanceof Uint8Array) return false
  const { ids } = b.value
  return a.value.ids.length === ids.length && a.value.ids.every((id, at) => isSameBytes(id, ids[at]!))
}

const isSameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
