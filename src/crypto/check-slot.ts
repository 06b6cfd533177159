import { CorruptError } from '../errors.js'
import {
  type KeySlot,
  type SlotKdf,
  slotCommitmentSizeBytes,
  slotHintSizeBytes,
  slotIdSizeBytes,
  slotKindBytes,
  slotLabelMaxBytes,
  slotObjectName,
  slotSaltSizeBytes,
} from './key-slot.js'
import { isArgon2idCostAllowed, isScryptCostAllowed } from './password.js'
import { x25519KeySizeBytes } from './x25519.js'
import { sealOverheadBytes } from './xaes.js'

/**
 * Refuses a slot read from storage whose sizes or costs are out of bounds, before anything is computed from it.
 * @throws {CorruptError} naming the slot and what is wrong.
 */
export function checkSlot(slot: KeySlot): void {
  const wrong = wrongSize(slot) ?? wrongKdf(slot)
  if (wrong !== undefined) throw new CorruptError(slotObjectName(slot), wrong)
}

function wrongSize(slot: KeySlot): string | undefined {
  const withHint = slot.kind !== 'password'
  if (slot.id.byteLength !== slotIdSizeBytes) return 'its id has the wrong size'
  if (!Object.hasOwn(slotKindBytes, slot.kind)) return 'its kind is unknown'
  if (slot.role !== 'full' && slot.role !== 'write-only') return 'its role is unknown'
  if (slot.hint?.byteLength !== (withHint ? slotHintSizeBytes : undefined))
    return 'its hint has the wrong size'
  if (slot.commitment.byteLength !== slotCommitmentSizeBytes) return 'its commitment has the wrong size'
  if (slot.publicKey.byteLength !== x25519KeySizeBytes) return 'its public key has the wrong size'
  const wrappedSizeBytes = x25519KeySizeBytes + sealOverheadBytes
  if (slot.wrappedPrivateKey.byteLength !== wrappedSizeBytes) return 'its wrapped key has the wrong size'
  if (Buffer.byteLength(slot.label) > slotLabelMaxBytes) return 'its label is too long'
  return undefined
}

function wrongKdf({ kind, kdf }: KeySlot): string | undefined {
  if (kdf.salt.byteLength !== slotSaltSizeBytes) return 'its salt has the wrong size'
  if ((kind === 'password') === (kdf.name === 'hkdf')) return `a ${kind} slot cannot use ${kdf.name}`
  if (!isCostAllowed(kdf)) return `its ${kdf.name} parameters are out of bounds`
  return undefined
}

function isCostAllowed(kdf: SlotKdf): boolean {
  switch (kdf.name) {
    case 'scrypt':
      return isScryptCostAllowed(kdf)
    case 'argon2id':
      return isArgon2idCostAllowed(kdf)
    case 'hkdf':
      return true
    default:
      // A name that the decoder let through but this version does not know.
      return false
  }
}
