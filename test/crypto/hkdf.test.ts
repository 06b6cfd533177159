import { hkdf as nobleHkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hkdf, purposeKey } from '../../src/crypto/hkdf.js'
import { fromHex } from './vectors.js'

describe('HKDF-SHA-256', () => {
  it('gives the output of RFC 5869, test case 3: empty salt, empty info', () => {
    expect(purposeKey(Buffer.alloc(22, 0x0b), '', 42).toString('hex')).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    )
  })

  it('gives the output of RFC 5869, test case 1: salt and info', () => {
    const info = fromHex('f0f1f2f3f4f5f6f7f8f9').toString('latin1')
    expect(
      hkdf(Buffer.alloc(22, 0x0b), fromHex('000102030405060708090a0b0c'), info, 42).toString('hex'),
    ).toBe('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865')
  })

  it('equals a second implementation for any secret, salt, ASCII label and length', () => {
    const label = fc.string({ unit: 'binary-ascii', maxLength: 40 })
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.uint8Array(),
        label,
        fc.integer({ min: 1, max: 200 }),
        (secret, salt, text, size) => {
          const expected = nobleHkdf(sha256, secret, salt, Buffer.from(text, 'ascii'), size)
          expect(hkdf(secret, salt, text, size)).toEqual(Buffer.from(expected))
        },
      ),
    )
  })

  it('gives unrelated keys for two purposes of one secret', () => {
    const secret = Buffer.alloc(32, 1)
    expect(purposeKey(secret, 'varve/1 data')).toHaveLength(32)
    expect(purposeKey(secret, 'varve/1 data')).not.toEqual(purposeKey(secret, 'varve/1 tree'))
  })
})
