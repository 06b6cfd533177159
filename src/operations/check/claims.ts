import type { ByteString } from '../../bytes/byte-string.js'

/**
 * What a parent says of a node, in 32 bits, never 0: another parent of the same node must say the same (I-14, I-11). The
 * lower half is the first key's, which a tree's root does not tell.
 */
export const claimOf = (level: number, count: number, bytes: number, firstKey?: ByteString): number => {
  let upper = mix(mix(mix(level + 1, count), bytes), bytes / 2 ** 32)
  upper = (upper ^ (upper >>> 16)) & 0x7fff
  return (((0x8000 | upper) << 16) | (firstKey === undefined ? 0 : keyHash(firstKey))) >>> 0
}

/** `withKey` is false where one of the two does not tell the first key. */
export const claimsAgree = (a: number, b: number, withKey: boolean): boolean =>
  withKey ? a === b : a >>> 16 === b >>> 16

const mix = (hash: number, value: number): number => {
  const mixed = Math.imul(hash ^ (value | 0), 0x85ebca6b)
  return mixed ^ (mixed >>> 13)
}

const keyHash = (key: ByteString): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return (hash ^ (hash >>> 16)) & 0xffff
}
