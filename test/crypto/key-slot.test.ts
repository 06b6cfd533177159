import { describe, expect, it } from 'vitest'
import { checkSlot } from '../../src/crypto/check-slot.js'
import { type KeySlot, type SlotSecret, slotObjectName } from '../../src/crypto/key-slot.js'
import { slotHintOf } from '../../src/crypto/key-slot-keys.js'
import { makeSlot, type NewSlot } from '../../src/crypto/make-slot.js'
import { openSlot } from '../../src/crypto/open-slot.js'
import { publicKeyOf } from '../../src/crypto/x25519.js'
import { CorruptError } from '../../src/errors.js'
import { slotByTheBook } from './key-slot-by-the-book.js'
import { predictableRandom } from './predictable-random.js'

const repositoryId = Buffer.alloc(16, 0x11)
const cheap = { logN: 10, r: 1, p: 1 }
const password: SlotSecret = { kind: 'password', password: 'correct horse' }
const keyFile: SlotSecret = { kind: 'key-file', secret: Buffer.alloc(32, 0x22) }
const recovery: SlotSecret = { kind: 'recovery', secret: Buffer.alloc(32, 0x33) }
const secrets = [password, keyFile, recovery]

const slotOf = (secret: SlotSecret, more: Partial<NewSlot> = {}) =>
  makeSlot({ repositoryId, secret, label: 'laptop', createdNs: 5n, scryptCost: cheap, ...more })

const wrongSecret = expect.objectContaining({ code: 'wrong-password' })
const corrupt = (what: string) =>
  expect.objectContaining({ code: 'corrupt', message: expect.stringContaining(what) })

const flipped = (bytes: Uint8Array, at: number): Buffer => {
  const changed = Buffer.from(bytes)
  changed[at]! ^= 1
  return changed
}

describe.each(secrets)('a $kind slot', (secret) => {
  it('gives its private key back to its secret', async () => {
    const { slot, privateKey } = await slotOf(secret)
    expect(await openSlot(slot, secret, repositoryId)).toEqual(privateKey)
    expect(publicKeyOf(privateKey)).toEqual(slot.publicKey)
  })

  it('is what a second implementation computes', async () => {
    const { slot, privateKey } = await slotOf(secret)
    const { commitment, wrappedPrivateKey, hint } = slotByTheBook(slot, secret, repositoryId, privateKey)
    expect([slot.commitment, slot.wrappedPrivateKey, slot.hint]).toEqual([
      commitment,
      wrappedPrivateKey,
      hint,
    ])
  })

  it('tells a wrong secret from damage', async () => {
    const { slot } = await slotOf(secret)
    const other: SlotSecret =
      secret.kind === 'password'
        ? { kind: 'password', password: 'wrong horse' }
        : { kind: secret.kind, secret: Buffer.alloc(32, 0x44) }
    await expect(openSlot(slot, other, repositoryId)).rejects.toThrow(wrongSecret)
    for (let at = 0; at < slot.wrappedPrivateKey.byteLength; at++) {
      const damaged = { ...slot, wrappedPrivateKey: flipped(slot.wrappedPrivateKey, at) }
      const opening = openSlot(damaged, secret, repositoryId)
      await expect(opening).rejects.toThrow(corrupt('the secret is right'))
      await expect(opening).rejects.toBeInstanceOf(CorruptError)
    }
  })

  it('does not open in another repository, under another id or with the key of another slot', async () => {
    const { slot } = await slotOf(secret)
    const { slot: second } = await slotOf(secret)
    const attempts = [
      () => openSlot(slot, secret, Buffer.alloc(16, 0x12)),
      () => openSlot({ ...slot, id: second.id }, secret, repositoryId),
      () => openSlot({ ...slot, wrappedPrivateKey: second.wrappedPrivateKey }, secret, repositoryId),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow(corrupt('the secret is right'))
  })

  it('does not take the public key of another', async () => {
    const { slot } = await slotOf(secret)
    const { slot: second } = await slotOf(secret)
    await expect(openSlot({ ...slot, publicKey: second.publicKey }, secret, repositoryId)).rejects.toThrow(
      corrupt('its public key does not belong to its private key'),
    )
  })

  it('cannot be made to open under a second secret without its commitment showing it', async () => {
    const { slot } = await slotOf(secret)
    const damaged = { ...slot, commitment: flipped(slot.commitment, 31) }
    await expect(openSlot(damaged, secret, repositoryId)).rejects.toThrow(wrongSecret)
  })

  it('is made of fresh randomness, or of the one given', async () => {
    const [first, second] = [await slotOf(secret), await slotOf(secret)]
    expect(first.slot.id).not.toEqual(second.slot.id)
    expect(first.slot.kdf.salt).not.toEqual(second.slot.kdf.salt)
    expect(first.slot.publicKey).not.toEqual(second.slot.publicKey)
    const again = () => slotOf(secret, { random: predictableRandom('slot') })
    expect(await again()).toEqual(await again())
  })

  it('keeps what it was told, and the role full where nothing was said', async () => {
    expect((await slotOf(secret)).slot).toMatchObject({
      label: 'laptop',
      createdNs: 5n,
      role: 'full',
      kind: secret.kind,
    })
    expect((await slotOf(secret, { role: 'write-only' })).slot.role).toBe('write-only')
  })
})

describe('the kind of a slot', () => {
  it('is bound to it: a key file does not open what a recovery key of the same bytes wraps', async () => {
    const { slot } = await slotOf({ kind: 'recovery', secret: keyFile.secret })
    const disguised: KeySlot = { ...slot, kind: 'key-file' }
    await expect(openSlot(disguised, keyFile, repositoryId)).rejects.toThrow(corrupt('the secret is right'))
  })
})

describe('a hint', () => {
  it('is known from the secret alone, the same in every slot of it and another in all others', async () => {
    const slots = [await slotOf(keyFile), await slotOf(keyFile), await slotOf(recovery)]
    const found = slots.map(({ slot }) => slotHintOf(keyFile.secret).equals(slot.hint!))
    expect(found).toEqual([true, true, false])
  })

  it('is missing where a password could be tried against it', async () => {
    expect((await slotOf(password)).slot).not.toHaveProperty('hint')
  })
})

describe('a password slot', () => {
  it('of another program with argon2id is read', async () => {
    const { slot, privateKey } = await slotOf(password)
    const kdf = { name: 'argon2id', memoryKiB: 1024, passes: 1, lanes: 1, salt: Buffer.alloc(32, 6) } as const
    const foreign = { ...slot, kdf }
    const { commitment, wrappedPrivateKey } = slotByTheBook(foreign, password, repositoryId, privateKey)
    expect(await openSlot({ ...foreign, commitment, wrappedPrivateKey }, password, repositoryId)).toEqual(
      privateKey,
    )
  })

  it('has the default cost where nothing is said', async () => {
    const { slot } = await makeSlot({ repositoryId, secret: password, label: '', createdNs: 0n })
    expect(slot.kdf).toMatchObject({ name: 'scrypt', logN: 17, r: 8, p: 1 })
  })
})

describe('making a slot', () => {
  it.each([
    ['an empty password', { secret: { kind: 'password', password: '' } as const }],
    ['a label over 255 bytes', { label: 'ä'.repeat(128) }],
    ['a cost that could not be read again', { scryptCost: { logN: 9, r: 8, p: 1 } }],
  ])('refuses %s', async (_, more) => {
    await expect(slotOf(password, more)).rejects.toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
  })
})

describe('a slot from storage', () => {
  const hkdfKdf = { name: 'hkdf', salt: Buffer.alloc(32) } as const
  const costly = { name: 'scrypt', salt: Buffer.alloc(32), logN: 20, r: 16, p: 4 } as const
  const slow = { name: 'argon2id', salt: Buffer.alloc(32), memoryKiB: 2 ** 20, passes: 4, lanes: 1 } as const

  it.each<[string, SlotSecret, (slot: KeySlot) => object]>([
    ['its id has the wrong size', keyFile, () => ({ id: Buffer.alloc(15) })],
    ['its kind is unknown', keyFile, () => ({ kind: 'toString' })],
    ['its role is unknown', keyFile, () => ({ role: 'admin' })],
    ['its hint has the wrong size', keyFile, () => ({ hint: undefined })],
    ['its hint has the wrong size', keyFile, () => ({ hint: Buffer.alloc(9) })],
    ['its hint has the wrong size', password, () => ({ hint: Buffer.alloc(8) })],
    ['its commitment has the wrong size', keyFile, () => ({ commitment: Buffer.alloc(31) })],
    ['its public key has the wrong size', keyFile, () => ({ publicKey: Buffer.alloc(33) })],
    ['its wrapped key has the wrong size', keyFile, () => ({ wrappedPrivateKey: Buffer.alloc(73) })],
    ['its label is too long', keyFile, () => ({ label: 'x'.repeat(256) })],
    ['its salt has the wrong size', keyFile, () => ({ kdf: { name: 'hkdf', salt: Buffer.alloc(31) } })],
    ['a password slot cannot use hkdf', password, () => ({ kdf: hkdfKdf })],
    ['a key-file slot cannot use scrypt', keyFile, () => ({ kdf: costly })],
    ['its scrypt parameters are out of bounds', password, () => ({ kdf: costly })],
    ['its argon2id parameters are out of bounds', password, () => ({ kdf: slow })],
    ['its bcrypt parameters are out of bounds', password, ({ kdf }) => ({ kdf: { ...kdf, name: 'bcrypt' } })],
  ])('is refused before anything is computed: %s', async (what, secret, change) => {
    const { slot } = await slotOf(secret)
    const changed = { ...slot, ...change(slot) } as KeySlot
    expect(() => checkSlot(changed)).toThrow(corrupt(what))
    expect(() => checkSlot(changed)).toThrow(slotObjectName(changed))
    if (changed.kind === secret.kind) {
      await expect(openSlot(changed, secret, repositoryId)).rejects.toThrow(corrupt(what))
    }
  })
})
