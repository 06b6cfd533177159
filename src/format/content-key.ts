import { createHmac, timingSafeEqual } from 'node:crypto'
import { purposeKey } from '../crypto/hkdf.js'
import type { RandomSource } from '../crypto/random-source.js'
import { SealError } from '../crypto/seal-error.js'
import { openFromSender, publicKeyOf, sealToRecipient } from '../crypto/x25519.js'
import type { SlotId } from './ids.js'
import { idBytes } from './names.js'

const contentKeyBytes = 32
const proofBytes = 32
/** An ephemeral public key, a nonce, the content key, its proof and a tag (docs/FORMAT.md §3.4, §9.3). */
export const sealedContentKeyBytes = 32 + 24 + contentKeyBytes + proofBytes + 16

/** A slot that a keyring is sealed to. */
export interface KeyringRecipient {
  readonly slotId: SlotId
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /**
   * 32 bytes, secret. A public key is public, so anybody could seal a keyring of their own making to it; this key, which
   * only the slot's holder and the holders of the keyring know, proves that one of them did.
   */
  readonly authenticationKey: Uint8Array
}

/** What a keyring needs to know of a slot, from the private key that makeSlot gave or the slot's secret opened. */
export const keyringRecipientOf = (slotId: SlotId, privateKey: Uint8Array): KeyringRecipient => ({
  slotId,
  publicKey: publicKeyOf(privateKey),
  authenticationKey: authenticationKeyOf(privateKey),
})

/** @param random gives the ephemeral private key and then the nonce. */
export function sealContentKey(
  contentKey: Uint8Array,
  { slotId, publicKey, authenticationKey }: KeyringRecipient,
  place: KeyringPlace,
  random: RandomSource,
): Buffer {
  const bound = contentKeyAad(place, slotId)
  const proof = proofOf(contentKey, authenticationKey, bound)
  return sealToRecipient(publicKey, Buffer.concat([contentKey, proof]), bound, random)
}

/** @throws {SealError} when it was not sealed to this slot, or by nobody who holds the keyring, or is damaged. */
export function openContentKey(
  sealed: Uint8Array,
  slotId: SlotId,
  privateKey: Uint8Array,
  place: KeyringPlace,
): Buffer {
  const bound = contentKeyAad(place, slotId)
  const opened = openFromSender(privateKey, sealed, bound)
  if (opened.byteLength !== contentKeyBytes + proofBytes) throw new SealError()
  const contentKey = opened.subarray(0, contentKeyBytes)
  const proof = proofOf(contentKey, authenticationKeyOf(privateKey), bound)
  if (!timingSafeEqual(proof, opened.subarray(contentKeyBytes))) throw new SealError()
  return contentKey
}

/** What a keyring is bound to. */
export interface KeyringPlace {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array
  readonly number: number
}

export const bodyAad = ({ repositoryId, number }: KeyringPlace): Buffer =>
  Buffer.concat([Buffer.from('varve/1 keyring body', 'ascii'), repositoryId, u32(number)])

const contentKeyAad = ({ repositoryId, number }: KeyringPlace, slotId: SlotId): Buffer =>
  Buffer.concat([Buffer.from('varve/1 keyring', 'ascii'), repositoryId, u32(number), idBytes(slotId)])

const authenticationKeyOf = (privateKey: Uint8Array): Buffer =>
  purposeKey(privateKey, 'varve/1 slot authentication')

const proofOf = (contentKey: Uint8Array, authenticationKey: Uint8Array, bound: Uint8Array): Buffer =>
  createHmac('sha256', authenticationKey).update(bound).update(contentKey).digest()

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
