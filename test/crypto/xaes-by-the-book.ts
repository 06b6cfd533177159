import { createCipheriv } from 'node:crypto'

const mask = (1n << 128n) - 1n
const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const toBlock = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(32, '0'), 'hex')

/** The steps of https://c2sp.org/XAES-256-GCM in its own order and names, with 128-bit integers: a second opinion. */
export function sealByTheBook(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Buffer {
  const { messageKey } = deriveByTheBook(key, nonce)
  const cipher = createCipheriv('aes-256-gcm', messageKey, nonce.subarray(12))
  cipher.setAAD(aad)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

export function deriveByTheBook(key: Uint8Array, nonce: Uint8Array): { k1: Buffer; messageKey: Buffer } {
  const aes = (block: bigint): Buffer =>
    createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).update(toBlock(block)).subarray(0, 16)
  const l = toBigInt(aes(0n))
  const k1 = ((l << 1n) & mask) ^ (l >> 127n === 1n ? 0b10000111n : 0n)
  const context = toBigInt(nonce.subarray(0, 12))
  const m1 = (0x00015800n << 96n) | context
  const m2 = (0x00025800n << 96n) | context
  return { k1: toBlock(k1), messageKey: Buffer.concat([aes(m1 ^ k1), aes(m2 ^ k1)]) }
}
