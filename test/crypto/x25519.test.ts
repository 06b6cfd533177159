import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SealError } from '../../src/crypto/seal-error.js'
import {
  generateRecipientKeyPair,
  openFromSender,
  publicKeyOf,
  sealToRecipient,
} from '../../src/crypto/x25519.js'
import { predictableRandom } from './predictable-random.js'
import { fromHex } from './vectors.js'
import { sealByTheBook } from './xaes-by-the-book.js'

/** RFC 7748, section 6.1. */
const alice = {
  privateKey: fromHex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'),
  publicKey: fromHex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'),
}
const bob = {
  privateKey: fromHex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'),
  publicKey: fromHex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'),
}
const shared = fromHex('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742')

/** u-coordinates of small order, and non-canonical forms of some: p - 1, p and p + 1 among them. */
const smallOrderPoints = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
].map(fromHex)

const aad = Buffer.from('keyring 3')

describe('recipient key pairs', () => {
  it('have the public keys of RFC 7748', () => {
    expect(publicKeyOf(alice.privateKey)).toEqual(alice.publicKey)
    expect(publicKeyOf(bob.privateKey)).toEqual(bob.publicKey)
  })

  it('come from the randomness that is given, and differ without', () => {
    expect(generateRecipientKeyPair(() => alice.privateKey)).toEqual(alice)
    expect(generateRecipientKeyPair().privateKey).not.toEqual(generateRecipientKeyPair().privateKey)
  })
})

describe('sealing to a recipient', () => {
  it('is XAES-256-GCM under HKDF of the shared secret of RFC 7748', () => {
    const nonce = Buffer.alloc(24, 0x5a)
    const random = (sizeBytes: number) => (sizeBytes === 32 ? alice.privateKey : nonce)
    const salt = Buffer.concat([alice.publicKey, bob.publicKey])
    const key = hkdf(sha256, shared, salt, Buffer.from('varve/1 x25519'), 32)
    const expected = [alice.publicKey, nonce, sealByTheBook(key, nonce, Buffer.from('hello'), aad)]
    const sealed = sealToRecipient(bob.publicKey, Buffer.from('hello'), aad, random)
    expect(sealed).toEqual(Buffer.concat(expected))
    expect(openFromSender(bob.privateKey, sealed, aad).toString()).toBe('hello')
  })

  it('brings any bytes to the recipient and to nobody else', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (plaintext, anyAad) => {
        const recipient = generateRecipientKeyPair()
        const sealed = sealToRecipient(recipient.publicKey, plaintext, anyAad)
        expect(openFromSender(recipient.privateKey, sealed, anyAad)).toEqual(Buffer.from(plaintext))
        expect(() => openFromSender(alice.privateKey, sealed, anyAad)).toThrow(SealError)
      }),
      { numRuns: 30 },
    )
  })

  it('draws a fresh ephemeral key for every message', () => {
    const ephemerals = Array.from({ length: 20 }, () =>
      sealToRecipient(bob.publicKey, Buffer.alloc(1), aad).toString('hex', 0, 32),
    )
    expect(new Set(ephemerals).size).toBe(20)
  })

  it('gives the same bytes for the same randomness', () => {
    const seal = () => sealToRecipient(bob.publicKey, Buffer.alloc(1), aad, predictableRandom('one'))
    expect(seal()).toEqual(seal())
  })

  it.each(smallOrderPoints)('refuses a public key that gives an all-zero secret (%#)', (point) => {
    expect(() => sealToRecipient(point, Buffer.alloc(1), aad)).toThrow(SealError)
    const forged = Buffer.concat([point, Buffer.alloc(60)])
    expect(() => openFromSender(bob.privateKey, forged, aad)).toThrow(SealError)
  })
})

describe('opening what was sealed to a recipient', () => {
  const sealed = sealToRecipient(bob.publicKey, Buffer.from('hello'), aad)

  it('fails when any byte is changed, the ephemeral key among them', () => {
    for (let at = 0; at < sealed.byteLength; at++) {
      const changed = Buffer.from(sealed)
      changed[at]! ^= 0x80
      expect(() => openFromSender(bob.privateKey, changed, aad)).toThrow(SealError)
    }
  })

  it('fails when it is too short, or when the associated data is another', () => {
    for (const sizeBytes of [0, 31, 32, 71, sealed.byteLength - 1]) {
      expect(() => openFromSender(bob.privateKey, sealed.subarray(0, sizeBytes), aad)).toThrow(SealError)
    }
    expect(() => openFromSender(bob.privateKey, sealed, Buffer.from('keyring 4'))).toThrow(SealError)
  })
})
