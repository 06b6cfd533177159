import { hkdfSync } from 'node:crypto'

const noSalt = new Uint8Array(0)

/**
 * HKDF-SHA-256 (RFC 5869) with the ASCII bytes of `label` as info. An empty salt means 32 zero bytes, as the RFC says.
 */
export const hkdf = (secret: Uint8Array, salt: Uint8Array, label: string, lengthBytes = 32): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, Buffer.from(label, 'ascii'), lengthBytes))

/** One key for one purpose, from a secret that is uniformly random already (docs/FORMAT.md §3.2). */
export const purposeKey = (secret: Uint8Array, label: string, lengthBytes = 32): Buffer =>
  hkdf(secret, noSalt, label, lengthBytes)
