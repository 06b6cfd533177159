import type { ByteString } from '../bytes/byte-string.js'
import { keyPrefixOf } from '../format/tree-key.js'

/** Half-open: from ≤ key < to. No `to` is the end of the tree. */
export interface KeyRange {
  readonly from: ByteString
  readonly to: ByteString | undefined
}

export const wholeTree: KeyRange = { from: '' as ByteString, to: undefined }

export const rangeOfKey = (key: ByteString): KeyRange => ({ from: key, to: `${key}\0` as ByteString })

/** The entries that stand directly in a directory, given as `a/b`; the root is the empty string. */
export function listingRange(directory: ByteString): KeyRange {
  const prefix = keyPrefixOf(directory)
  return { from: prefix, to: after(prefix) }
}

/** Everything below a directory, which its listing begins. Its own entry stands elsewhere. */
export function subtreeRange(directory: ByteString): KeyRange {
  if (directory === '') return wholeTree
  const prefix = keyPrefixOf(directory).slice(0, -1) as ByteString
  return { from: prefix, to: after(prefix) }
}

/** The least byte string above all that begin with a prefix that ends with 00. */
const after = (prefix: ByteString): ByteString => `${prefix.slice(0, -1)}\x01` as ByteString
