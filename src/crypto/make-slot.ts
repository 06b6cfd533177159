import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { VarveError } from '../errors.js'
import {
  type KeySlot,
  type SlotKdf,
  type SlotRole,
  type SlotSecret,
  slotIdSizeBytes,
  slotLabelMaxBytes,
  slotSaltSizeBytes,
} from './key-slot.js'
import { slotAad, slotHintOf, slotKeysOf } from './key-slot-keys.js'
import { defaultScryptCost, isScryptCostAllowed, type ScryptCost } from './password.js'
import type { RandomSource } from './random-source.js'
import { generateRecipientKeyPair } from './x25519.js'
import { nonceSizeBytes, Sealer } from './xaes.js'

export interface NewSlot {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array
  readonly secret: SlotSecret
  readonly label: string
  readonly createdNs: bigint
  /** 'full' where nothing is said. */
  readonly role?: SlotRole
  /** Of passwords. Tests choose a cheap one; it must be within the bounds of reading. */
  readonly scryptCost?: ScryptCost
  readonly random?: RandomSource
}

/**
 * A slot with a fresh key pair, and that pair's private key, so that the maker need not open what it just made.
 * @throws {VarveError} 'invalid-argument' for an empty password, a label over 255 bytes or a cost out of bounds.
 */
export async function makeSlot(request: NewSlot): Promise<{ slot: KeySlot; privateKey: Buffer }> {
  const { repositoryId, secret, label, createdNs, role = 'full', random = randomBytes } = request
  checkRequest(request)
  const id = Buffer.from(random(slotIdSizeBytes))
  const { privateKey, publicKey } = generateRecipientKeyPair(random)
  const kdf = newKdf(request, Buffer.from(random(slotSaltSizeBytes)))
  const { wrapping, commitment } = await slotKeysOf(secret, kdf)
  const aad = slotAad(repositoryId, id, secret.kind)
  const wrappedPrivateKey = new Sealer(wrapping).seal(privateKey, aad, random(nonceSizeBytes))
  const hint = secret.kind === 'password' ? {} : { hint: slotHintOf(secret.secret) }
  const slot = {
    id,
    kind: secret.kind,
    role,
    kdf,
    ...hint,
    commitment,
    publicKey,
    wrappedPrivateKey,
    label,
    createdNs,
  }
  return { slot, privateKey }
}

const newKdf = ({ secret, scryptCost = defaultScryptCost }: NewSlot, salt: Buffer): SlotKdf =>
  secret.kind === 'password' ? { name: 'scrypt', ...scryptCost, salt } : { name: 'hkdf', salt }

function checkRequest({ repositoryId, secret, label, scryptCost = defaultScryptCost }: NewSlot): void {
  assert.equal(repositoryId.byteLength, 16)
  if (Buffer.byteLength(label) > slotLabelMaxBytes) {
    throw new VarveError('invalid-argument', `a key label has at most ${slotLabelMaxBytes} bytes`)
  }
  if (secret.kind === 'password') checkPassword(secret.password, scryptCost)
  else assert.equal(secret.secret.byteLength, 32)
}

function checkPassword(password: string, cost: ScryptCost): void {
  if (password === '') throw new VarveError('invalid-argument', 'the password is empty')
  if (!isScryptCostAllowed(cost)) throw new VarveError('invalid-argument', 'the scrypt cost is out of bounds')
}
