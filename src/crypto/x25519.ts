import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject, randomBytes } from 'node:crypto'
import { hkdf } from './hkdf.js'
import type { RandomSource } from './random-source.js'
import { SealError } from './seal-error.js'
import { nonceSizeBytes, Sealer, sealOverheadBytes } from './xaes.js'

export const x25519KeySizeBytes = 32
const label = 'varve/1 x25519'
/** What stands before a private key's 32 bytes in its DER form (RFC 8410); node:crypto takes no raw X25519 keys. */
const privateKeyPrefix = Buffer.from('302e020100300506032b656e04220420', 'hex')

export interface RecipientKeyPair {
  /** 32 bytes, as RFC 7748 takes them: any 256 random bits. */
  readonly privateKey: Buffer
  /** 32 bytes, the u-coordinate. */
  readonly publicKey: Buffer
}

export function generateRecipientKeyPair(random: RandomSource = randomBytes): RecipientKeyPair {
  const privateKey = Buffer.from(random(x25519KeySizeBytes))
  return { privateKey, publicKey: publicKeyOf(privateKey) }
}

export const publicKeyOf = (privateKey: Uint8Array): Buffer => rawPublicKey(privateKeyObject(privateKey))

/**
 * Seals to the holder of a private key: ephemeral public key (32) || XAES-256-GCM sealed bytes, under a key that
 * HKDF-SHA-256 (RFC 5869) draws from the X25519 (RFC 7748) shared secret and both public keys.
 * It says nothing about who sealed: anyone who knows the public key can.
 * @param random gives the ephemeral private key and then the nonce.
 * @throws {SealError} when the public key is one of the few points that give an all-zero secret.
 */
export function sealToRecipient(
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
  random: RandomSource = randomBytes,
): Buffer {
  const ephemeral = privateKeyObject(random(x25519KeySizeBytes))
  const ephemeralPublic = rawPublicKey(ephemeral)
  const key = agreedKey(ephemeral, publicKey, Buffer.concat([ephemeralPublic, publicKey]))
  const sealed = Buffer.allocUnsafe(x25519KeySizeBytes + plaintext.byteLength + sealOverheadBytes)
  sealed.set(ephemeralPublic)
  new Sealer(key).sealInto(plaintext, aad, sealed, x25519KeySizeBytes, random(nonceSizeBytes))
  return sealed
}

/** @throws {SealError} when `sealed` was not sealed to this key with this associated data, or is damaged. */
export function openFromSender(privateKey: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Buffer {
  if (sealed.byteLength < x25519KeySizeBytes + sealOverheadBytes) throw new SealError()
  const ephemeralPublic = sealed.subarray(0, x25519KeySizeBytes)
  const recipient = privateKeyObject(privateKey)
  const salt = Buffer.concat([ephemeralPublic, rawPublicKey(recipient)])
  const key = agreedKey(recipient, ephemeralPublic, salt)
  return new Sealer(key).open(sealed.subarray(x25519KeySizeBytes), aad)
}

/** @param salt the ephemeral public key, then the recipient's. */
const agreedKey = (privateKey: KeyObject, publicKey: Uint8Array, salt: Uint8Array): Buffer =>
  hkdf(sharedSecret(privateKey, publicKeyObject(publicKey)), salt, label)

/** RFC 7748, section 6.1: an all-zero secret comes from a point of small order, and would be known to everybody. */
function sharedSecret(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  let shared: Buffer
  try {
    shared = diffieHellman({ privateKey, publicKey })
  } catch {
    // OpenSSL 3 refuses such points itself.
    throw new SealError()
  }
  if (shared.every((byte) => byte === 0)) throw new SealError()
  return shared
}

/**
 * From DER, because a JWK of a private key must state the public key too, which is not known here. Never from
 * generateKeyPairSync: Node 20 can hang for ever when a key that it made is exported as JWK (a collection that runs
 * meanwhile frees the generator's job, which waits for the lock that the export holds).
 */
function privateKeyObject(raw: Uint8Array): KeyObject {
  assert.equal(raw.byteLength, x25519KeySizeBytes)
  return createPrivateKey({ key: Buffer.concat([privateKeyPrefix, raw]), format: 'der', type: 'pkcs8' })
}

function publicKeyObject(raw: Uint8Array): KeyObject {
  assert.equal(raw.byteLength, x25519KeySizeBytes)
  const x = Buffer.from(raw).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
}

const rawPublicKey = (privateKey: KeyObject): Buffer =>
  Buffer.from(privateKey.export({ format: 'jwk' }).x!, 'base64url')
