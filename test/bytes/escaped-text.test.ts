import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteStringOf, byteStringOfText } from '../../src/bytes/byte-string.js'
import { byteStringOfEscapedText, escapedTextOf } from '../../src/bytes/escaped-text.js'

describe('escapedTextOf', () => {
  it('is the text where the bytes are UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(escapedTextOf(byteStringOfText(text))).toBe(text)
        expect(byteStringOfEscapedText(text)).toBe(byteStringOfText(text))
      }),
    )
  })

  it('gives a lone surrogate for each byte that is part of no character', () => {
    expect(escapedTextOf(byteStringOf(Buffer.from('a\xff\xc3(\xc3\xbc\xed\xa0\x80\xf0\x9f', 'latin1')))).toBe(
      'a\udcff\udcc3(ü\udced\udca0\udc80\udcf0\udc9f',
    )
  })

  it('comes back as the same bytes, whatever they are', () => {
    const bytes = fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0xc3, 0xbc, 0xed, 0xa0, 0xef, 0xbf, 0xbd)))
    fc.assert(
      fc.property(bytes, (values) => {
        const value = byteStringOf(Uint8Array.from(values))
        expect(byteStringOfEscapedText(escapedTextOf(value))).toBe(value)
      }),
      { numRuns: 1000 },
    )
  })
})
