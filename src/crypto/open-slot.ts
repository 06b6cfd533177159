import assert from 'node:assert/strict'
import { timingSafeEqual } from 'node:crypto'
import { CorruptError, VarveError } from '../errors.js'
import { checkSlot } from './check-slot.js'
import { type KeySlot, type SlotKind, type SlotSecret, slotObjectName } from './key-slot.js'
import { slotAad, slotKeysOf } from './key-slot-keys.js'
import { SealError } from './seal-error.js'
import { publicKeyOf } from './x25519.js'
import { Sealer } from './xaes.js'

const secretNames: Readonly<Record<SlotKind, string>> = {
  password: 'password',
  'key-file': 'key file',
  recovery: 'recovery key',
}

/**
 * The slot's X25519 private key, 32 bytes. The secret must be of the slot's kind.
 *
 * A wrong secret fails the commitment, and is told from damage by it. (Damage to the salt, the cost or the commitment
 * itself looks like a wrong secret: nothing in a slot can vouch for them without the secret.)
 * @throws {VarveError} 'wrong-password' when the secret is not this slot's.
 * @throws {CorruptError} when the slot is out of bounds, or is damaged although the secret is right.
 */
export async function openSlot(slot: KeySlot, secret: SlotSecret, repositoryId: Uint8Array): Promise<Buffer> {
  assert.equal(slot.kind, secret.kind)
  assert.equal(repositoryId.byteLength, 16)
  checkSlot(slot)
  const { wrapping, commitment } = await slotKeysOf(secret, slot.kdf)
  if (!timingSafeEqual(commitment, slot.commitment)) {
    throw new VarveError('wrong-password', `wrong ${secretNames[slot.kind]}`)
  }
  const privateKey = unwrap(slot, wrapping, repositoryId)
  if (!publicKeyOf(privateKey).equals(slot.publicKey)) {
    throw new CorruptError(slotObjectName(slot), 'its public key does not belong to its private key')
  }
  return privateKey
}

function unwrap(slot: KeySlot, wrapping: Uint8Array, repositoryId: Uint8Array): Buffer {
  try {
    return new Sealer(wrapping).open(slot.wrappedPrivateKey, slotAad(repositoryId, slot.id, slot.kind))
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    throw new CorruptError(slotObjectName(slot), 'the secret is right, but the wrapped key does not open', {
      cause: error,
    })
  }
}
