import assert from 'node:assert/strict'

/** A SipHash key as eight 32-bit halves of the initial state: v0 low, v0 high, v1 low, and so on. */
export type SipKey = Int32Array & { readonly sipKey: unique symbol }

/** @param key 16 bytes. */
export function sipKeyOf(key: Uint8Array): SipKey {
  assert.equal(key.byteLength, 16)
  const k = [0, 4, 8, 12].map((at) => wordAt(key, at))
  // "somepseudorandomlygeneratedbytes", the constants of the paper, little end first.
  return Int32Array.of(
    k[0]! ^ 0x70736575,
    k[1]! ^ 0x736f6d65,
    k[2]! ^ 0x6e646f6d,
    k[3]! ^ 0x646f7261,
    k[0]! ^ 0x6e657261,
    k[1]! ^ 0x6c796765,
    k[2]! ^ 0x79746573,
    k[3]! ^ 0x74656462,
  ) as SipKey
}

/** The low 32 bits, unsigned, of `sipHash64` over the same parts. */
export function sipHash32(key: SipKey, ...parts: readonly (string | Uint8Array)[]): number {
  return sipHash(key, gather(parts)).low
}

/**
 * SipHash-2-4 (Aumasson and Bernstein 2012) of the parts one after another, as two unsigned halves.
 * A string counts as bytes: one UTF-16 unit of 0 to 255 for each.
 */
export function sipHash64(
  key: SipKey,
  ...parts: readonly (string | Uint8Array)[]
): { readonly low: number; readonly high: number } {
  const { low, high } = sipHash(key, gather(parts))
  return { low, high }
}

/** One result, written over by the next call: an object per key would cost as much as the rounds. */
const result = { low: 0, high: 0 }
let scratch = new Uint8Array(4096)

/** Lays the parts end to end in `scratch`. @returns their length in bytes. */
function gather(parts: readonly (string | Uint8Array)[]): number {
  let sizeBytes = 0
  for (const part of parts) sizeBytes += part.length
  if (sizeBytes + 8 > scratch.length) scratch = new Uint8Array(2 * sizeBytes + 8)
  let at = 0
  for (const part of parts) {
    if (typeof part === 'string') {
      for (let index = 0; index < part.length; index++) scratch[at + index] = part.charCodeAt(index)
    } else {
      scratch.set(part, at)
    }
    at += part.length
  }
  return sizeBytes
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)

/**
 * Hashes the first `sizeBytes` of `scratch`. 64-bit words are pairs of 32-bit integers in local variables, because
 * BigInt allocates at every step (100 times slower here). The sum of two low halves carries when it is below either.
 */
function sipHash(key: SipKey, sizeBytes: number): { low: number; high: number } {
  let a = key[0]!
  let A = key[1]!
  let b = key[2]!
  let B = key[3]!
  let c = key[4]!
  let C = key[5]!
  let d = key[6]!
  let D = key[7]!
  let t = 0
  const bytes = scratch
  // The last word is what is left of the message, zeros, and the length's low byte at the top.
  const lastAt = sizeBytes & ~7
  bytes.fill(0, sizeBytes, lastAt + 7)
  bytes[lastAt + 7] = sizeBytes
  for (let at = 0; at <= lastAt + 8; at += 8) {
    const finishing = at > lastAt
    const low = finishing ? 0 : wordAt(bytes, at)
    const high = finishing ? 0 : wordAt(bytes, at + 4)
    if (finishing) c ^= 0xff
    d ^= low
    D ^= high
    for (let round = finishing ? 4 : 2; round > 0; round--) {
      a = (a + b) | 0
      A = (A + B + (a >>> 0 < b >>> 0 ? 1 : 0)) | 0
      c = (c + d) | 0
      C = (C + D + (c >>> 0 < d >>> 0 ? 1 : 0)) | 0
      t = b
      b = ((b << 13) | (B >>> 19)) ^ a
      B = ((B << 13) | (t >>> 19)) ^ A
      t = d
      d = ((d << 16) | (D >>> 16)) ^ c
      D = ((D << 16) | (t >>> 16)) ^ C
      t = a
      a = A
      A = t
      a = (a + d) | 0
      A = (A + D + (a >>> 0 < d >>> 0 ? 1 : 0)) | 0
      c = (c + b) | 0
      C = (C + B + (c >>> 0 < b >>> 0 ? 1 : 0)) | 0
      t = d
      d = ((d << 21) | (D >>> 11)) ^ a
      D = ((D << 21) | (t >>> 11)) ^ A
      t = b
      b = ((b << 17) | (B >>> 15)) ^ c
      B = ((B << 17) | (t >>> 15)) ^ C
      t = c
      c = C
      C = t
    }
    a ^= low
    A ^= high
  }
  result.low = (a ^ b ^ c ^ d) >>> 0
  result.high = (A ^ B ^ C ^ D) >>> 0
  return result
}
