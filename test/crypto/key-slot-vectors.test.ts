import { describe, expect, it } from 'vitest'
import { parseKeyFile } from '../../src/crypto/key-file.js'
import type { SlotKind, SlotSecret } from '../../src/crypto/key-slot.js'
import { makeSlot } from '../../src/crypto/make-slot.js'
import { openSlot } from '../../src/crypto/open-slot.js'
import { formatRecoveryKey, parseRecoveryKey } from '../../src/crypto/recovery-key.js'
import { openFromSender, sealToRecipient } from '../../src/crypto/x25519.js'
import { slotByTheBook } from './key-slot-by-the-book.js'
import { fromHex, vectorsOf } from './vectors.js'

interface SlotVector {
  readonly kind: SlotKind
  readonly password?: string
  readonly secret?: string
  readonly kdf: { readonly name: string; readonly logN?: number; readonly r?: number; readonly p?: number }
  readonly hint: string | null
  readonly commitment: string
  readonly publicKey: string
  readonly wrappedPrivateKey: string
}

interface Vectors extends Readonly<Record<'repositoryId' | 'id' | 'privateKey' | 'salt' | 'nonce', string>> {
  readonly slots: readonly SlotVector[]
  readonly recipient: Readonly<Record<'ephemeralPrivateKey' | 'plaintext' | 'aad' | 'sealed', string>>
  readonly texts: Readonly<Record<'secret' | 'recoveryKey' | 'keyFile', string>>
}

const vectors = vectorsOf<Vectors>('key-slot')
const repositoryId = fromHex(vectors.repositoryId)
const privateKey = fromHex(vectors.privateKey)

const secretOf = ({ kind, password, secret }: SlotVector): SlotSecret =>
  kind === 'password' ? { kind, password: password! } : { kind, secret: fromHex(secret!) }

/** Gives the vector's values in the order in which a slot draws them. */
const drawing = (...hex: readonly string[]) => {
  const left = hex.map(fromHex)
  return () => left.shift()!
}

describe('the vectors of docs/FORMAT.md', () => {
  it.each(vectors.slots)('hold for a $kind slot', async (vector) => {
    const secret = secretOf(vector)
    const random = drawing(vectors.id, vectors.privateKey, vectors.salt, vectors.nonce)
    const scryptCost = { logN: 11, r: 8, p: 1 }
    const { slot } = await makeSlot({ repositoryId, secret, label: 'v', createdNs: 0n, scryptCost, random })
    expect(slot).toMatchObject({ id: fromHex(vectors.id), kind: vector.kind, kdf: vector.kdf })
    expect(slot.kdf.salt).toEqual(fromHex(vectors.salt))
    expect({
      commitment: slot.commitment,
      publicKey: slot.publicKey,
      wrappedPrivateKey: slot.wrappedPrivateKey,
      hint: slot.hint ?? null,
    }).toEqual({
      commitment: fromHex(vector.commitment),
      publicKey: fromHex(vector.publicKey),
      wrappedPrivateKey: fromHex(vector.wrappedPrivateKey),
      hint: vector.hint === null ? null : fromHex(vector.hint),
    })
    expect(await openSlot(slot, secret, repositoryId)).toEqual(privateKey)
    const expected = slotByTheBook(slot, secret, repositoryId, privateKey)
    expect(expected.commitment).toEqual(fromHex(vector.commitment))
    expect(expected.wrappedPrivateKey).toEqual(fromHex(vector.wrappedPrivateKey))
  })

  it('hold for bytes sealed to a recipient', () => {
    const { ephemeralPrivateKey, plaintext, aad, sealed } = vectors.recipient
    const random = drawing(ephemeralPrivateKey, vectors.nonce)
    const recipient = fromHex(vectors.slots[0]!.publicKey)
    expect(sealToRecipient(recipient, fromHex(plaintext), fromHex(aad), random)).toEqual(fromHex(sealed))
    expect(openFromSender(privateKey, fromHex(sealed), fromHex(aad))).toEqual(fromHex(plaintext))
  })

  it('hold for the text of a recovery key and of a key file', () => {
    const { secret, recoveryKey, keyFile } = vectors.texts
    expect(formatRecoveryKey(fromHex(secret))).toBe(recoveryKey)
    expect(parseRecoveryKey(recoveryKey)).toEqual(fromHex(secret))
    expect(parseKeyFile(keyFile)).toEqual(fromHex(secret))
  })
})
