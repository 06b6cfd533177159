import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sipHash32, sipHash64, sipKeyOf } from '../../src/crypto/siphash.js'
import { sipHashByTheBook } from './siphash-by-the-book.js'
import { fromHex, vectorsOf } from './vectors.js'

const { key, outputs } = vectorsOf<{ readonly key: string; readonly outputs: readonly string[] }>('siphash')
const counting = (sizeBytes: number): Buffer =>
  Buffer.from(Array.from({ length: sizeBytes }, (_, index) => index))

const asBigInt = ({ low, high }: { low: number; high: number }): bigint => (BigInt(high) << 32n) | BigInt(low)
const littleEnd = (value: bigint): string => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes.toString('hex')
}

describe('SipHash-2-4', () => {
  it.each(outputs.map((output, sizeBytes) => ({ output, sizeBytes })))(
    'gives the designers output for $sizeBytes bytes, from bytes and from a byte string',
    ({ output, sizeBytes }) => {
      const message = counting(sizeBytes)
      const sipKey = sipKeyOf(fromHex(key))
      expect(littleEnd(asBigInt(sipHash64(sipKey, message)))).toBe(output)
      expect(littleEnd(asBigInt(sipHash64(sipKey, message.toString('latin1'))))).toBe(output)
      expect(littleEnd(sipHashByTheBook(fromHex(key), message))).toBe(output)
    },
  )

  it('equals a second implementation for any key and any parts, whatever form they come in', () => {
    const part = fc.uint8Array({ maxLength: 40 })
    const anyKey = fc.uint8Array({ minLength: 16, maxLength: 16 })
    const parts = fc.array(fc.tuple(part, fc.boolean()), { maxLength: 4 })
    fc.assert(
      fc.property(anyKey, parts, (keyBytes, mixed) => {
        const expected = sipHashByTheBook(keyBytes, Buffer.concat(mixed.map(([bytes]) => bytes)))
        const given = mixed.map(([bytes, text]) => (text ? Buffer.from(bytes).toString('latin1') : bytes))
        const sipKey = sipKeyOf(keyBytes)
        expect(asBigInt(sipHash64(sipKey, ...given))).toBe(expected)
        expect(sipHash32(sipKey, ...given)).toBe(Number(expected & 0xffffffffn))
      }),
      { numRuns: 500 },
    )
  })

  it('takes a long message after and before a short one', () => {
    const sipKey = sipKeyOf(fromHex(key))
    const long = Buffer.alloc(100_001, 0xc3)
    const before = sipHash64(sipKey, counting(13))
    expect(asBigInt(sipHash64(sipKey, long))).toBe(sipHashByTheBook(fromHex(key), long))
    expect(sipHash64(sipKey, counting(13))).toEqual(before)
  })
})
