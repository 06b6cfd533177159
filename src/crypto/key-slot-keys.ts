import assert from 'node:assert/strict'
import { hkdf, purposeKey } from './hkdf.js'
import { type SlotKdf, type SlotKind, type SlotSecret, slotHintSizeBytes, slotKindBytes } from './key-slot.js'
import { stretchWithArgon2id, stretchWithScrypt } from './password.js'

export interface SlotKeys {
  /** Wraps the slot's private key. */
  readonly wrapping: Buffer
  readonly commitment: Buffer
}

/** The two keys that a secret gives under a slot's parameters, which must be within bounds. */
export async function slotKeysOf(secret: SlotSecret, kdf: SlotKdf): Promise<SlotKeys> {
  if (secret.kind === 'password') return keysFrom(await stretched(secret.password, kdf), new Uint8Array(0))
  assert.equal(kdf.name, 'hkdf')
  return keysFrom(secret.secret, kdf.salt)
}

/** Finds the slot of a key file or a recovery key among thousands without trying them. */
export const slotHintOf = (secret: Uint8Array): Buffer =>
  purposeKey(secret, 'varve/1 slot hint', slotHintSizeBytes)

/** Binds a wrapped key to its place: it opens in no other repository, no other slot and as no other kind. */
export const slotAad = (repositoryId: Uint8Array, slotId: Uint8Array, kind: SlotKind): Buffer =>
  Buffer.concat([
    Buffer.from('varve/1 slot', 'ascii'),
    repositoryId,
    slotId,
    Uint8Array.of(slotKindBytes[kind]),
  ])

const keysFrom = (secret: Uint8Array, salt: Uint8Array): SlotKeys => ({
  wrapping: hkdf(secret, salt, 'varve/1 slot kek'),
  commitment: hkdf(secret, salt, 'varve/1 slot commitment'),
})

function stretched(password: string, kdf: SlotKdf): Promise<Buffer> {
  assert.ok(kdf.name !== 'hkdf')
  return kdf.name === 'scrypt'
    ? stretchWithScrypt(password, kdf.salt, kdf)
    : stretchWithArgon2id(password, kdf.salt, kdf)
}
