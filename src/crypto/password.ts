import assert from 'node:assert/strict'
import { scrypt } from 'node:crypto'

/** RFC 7914. N is 2 to the power of `logN`. */
export interface ScryptCost {
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** RFC 9106, version 0x13. */
export interface Argon2idCost {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

/** 128 MiB and about 0.4 s on one core. */
export const defaultScryptCost: ScryptCost = { logN: 17, r: 8, p: 1 }

const stretchedSizeBytes = 32
const scryptMemoryMaxBytes = 256 * 1024 * 1024
/** Four times the default. */
const scryptWorkMax = 2 ** 22
/** In JavaScript argon2id fills 100 MiB in a second; this allows RFC 9106's 64 MiB in three passes. */
const argon2idWorkMaxKiB = 192 * 1024

/**
 * Whether a stored cost may be tried at all: whoever can write to the storage chooses it, and one try must cost neither
 * more than about 2 s nor more than 256 MiB. `logN < 16 r` is RFC 7914's own rule.
 */
export function isScryptCostAllowed({ logN, r, p }: ScryptCost): boolean {
  const inRange = isWithin(logN, 10, 20) && isWithin(r, 1, 16) && isWithin(p, 1, 4) && logN < 16 * r
  return inRange && 128 * r * 2 ** logN <= scryptMemoryMaxBytes && p * r * 2 ** logN <= scryptWorkMax
}

/** As `isScryptCostAllowed`. */
export function isArgon2idCostAllowed({ memoryKiB, passes, lanes }: Argon2idCost): boolean {
  const inRange =
    isWithin(lanes, 1, 4) && isWithin(memoryKiB, 1024, argon2idWorkMaxKiB) && isWithin(passes, 1, 192)
  return inRange && memoryKiB * passes <= argon2idWorkMaxKiB
}

/** 32 bytes from a password, off the main thread. The cost must be allowed. */
export function stretchWithScrypt(password: string, salt: Uint8Array, cost: ScryptCost): Promise<Buffer> {
  assert.ok(isScryptCostAllowed(cost))
  const N = 2 ** cost.logN
  // OpenSSL counts its p blocks and a few more beside the table.
  const maxmem = 128 * cost.r * (N + cost.p + 8)
  return new Promise((resolve, reject) => {
    const options = { N, r: cost.r, p: cost.p, maxmem }
    scrypt(passwordBytes(password), salt, stretchedSizeBytes, options, (error, stretched) =>
      error ? reject(error) : resolve(stretched),
    )
  })
}

/** 32 bytes from a password. Only read: Node 20 has no native argon2, so version 1 makes no such slots. */
export async function stretchWithArgon2id(
  password: string,
  salt: Uint8Array,
  cost: Argon2idCost,
): Promise<Buffer> {
  assert.ok(isArgon2idCostAllowed(cost))
  // Loaded only where a slot wants it, which none of varve's own does.
  const { argon2idAsync } = await import('@noble/hashes/argon2.js')
  const options = { m: cost.memoryKiB, t: cost.passes, p: cost.lanes, dkLen: stretchedSizeBytes }
  return Buffer.from(await argon2idAsync(passwordBytes(password), salt, options))
}

/** UTF-8 of the NFC form (as RFC 8265, OpaqueString): keyboards differ in whether an é is one code point or two. */
const passwordBytes = (password: string): Buffer => Buffer.from(password.normalize('NFC'), 'utf8')

const isWithin = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && min <= value && value <= max
