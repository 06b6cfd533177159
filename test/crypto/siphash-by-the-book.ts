const mask = (1n << 64n) - 1n
const rotated = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & mask

/** SipHash-2-4 as its paper writes it, with 64-bit integers: a second opinion. */
export function sipHashByTheBook(key: Uint8Array, message: Uint8Array): bigint {
  const view = Buffer.from(key)
  const [k0, k1] = [view.readBigUInt64LE(0), view.readBigUInt64LE(8)]
  let v0 = k0 ^ 0x736f6d6570736575n
  let v1 = k1 ^ 0x646f72616e646f6dn
  let v2 = k0 ^ 0x6c7967656e657261n
  let v3 = k1 ^ 0x7465646279746573n
  const rounds = (count: number) => {
    for (let round = 0; round < count; round++) {
      v0 = (v0 + v1) & mask
      v2 = (v2 + v3) & mask
      v1 = rotated(v1, 13n) ^ v0
      v3 = rotated(v3, 16n) ^ v2
      v0 = rotated(v0, 32n)
      v2 = (v2 + v1) & mask
      v0 = (v0 + v3) & mask
      v1 = rotated(v1, 17n) ^ v2
      v3 = rotated(v3, 21n) ^ v0
      v2 = rotated(v2, 32n)
    }
  }
  const padded = Buffer.alloc((message.byteLength & ~7) + 8)
  padded.set(message)
  padded[padded.byteLength - 1] = message.byteLength
  for (let at = 0; at < padded.byteLength; at += 8) {
    const word = padded.readBigUInt64LE(at)
    v3 ^= word
    rounds(2)
    v0 ^= word
  }
  v2 ^= 0xffn
  rounds(4)
  return v0 ^ v1 ^ v2 ^ v3
}
