import assert from 'node:assert/strict'
import type { ByteString } from '../bytes/byte-string.js'
import { keyMaxBytes, nameMaxBytes } from './limits.js'

const slash = 0x2f
const dot = 0x2e

/** May this be one component of a path (I-12)? */
export function isEntryName(name: ByteString): boolean {
  return (
    name.length > 0 && name.length <= nameMaxBytes && name !== '.' && name !== '..' && !/[/\0]/.test(name)
  )
}

/** Of an entry's directory, everything in its key but the name: each component and 00, then 00 (docs/FORMAT.md §8.1). */
export const keyPrefixOf = (directory: ByteString): ByteString =>
  (directory === '' ? '\0' : `${directory.replaceAll('/', '\0')}\0\0`) as ByteString

/** The key of `name` in `directory`, which is `a/b`, or empty for the root. */
export function keyOf(directory: ByteString, name: ByteString): ByteString {
  assert.ok(isEntryName(name))
  const key = (keyPrefixOf(directory) + name) as ByteString
  assert.ok(key.length <= keyMaxBytes)
  return key
}

export interface SplitKey {
  /** `a/b`, or empty for the root. */
  readonly directory: ByteString
  readonly name: ByteString
}

/** The reverse of `keyOf`, for keys that are known to be valid. */
export function splitKey(key: ByteString): SplitKey {
  const nameAt = key.lastIndexOf('\0') + 1
  assert.ok(nameAt > 0)
  return {
    directory: key.slice(0, Math.max(0, nameAt - 2)).replaceAll('\0', '/') as ByteString,
    name: key.slice(nameAt) as ByteString,
  }
}

/** `a/b/name` of a valid key. */
export function pathOfKey(key: ByteString): ByteString {
  const { directory, name } = splitKey(key)
  return (directory === '' ? name : `${directory}/${name}`) as ByteString
}

/** Where the name begins in the key that is the first `length` bytes, or -1 where they are no key. */
export function nameAtOfKey(bytes: Uint8Array, length: number): number {
  let at = 0
  while (at < length && bytes[at] !== 0) {
    let end = at
    while (end < length && bytes[end] !== 0) end++
    if (end === length || !isNameRange(bytes, at, end)) return -1
    at = end + 1
  }
  return at < length && isNameRange(bytes, at + 1, length) ? at + 1 : -1
}

/** `isEntryName` over bytes. */
function isNameRange(bytes: Uint8Array, start: number, end: number): boolean {
  if (!isNameLength(bytes, start, end)) return false
  for (let at = start; at < end; at++) if (bytes[at] === slash || bytes[at] === 0) return false
  return true
}

/** 1 to 255 bytes, and not `.` or `..`. */
export function isNameLength(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start
  if (length <= 0 || length > nameMaxBytes) return false
  return length > 2 || bytes[start] !== dot || (length === 2 && bytes[start + 1] !== dot)
}
