import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRecoveryKey, parseRecoveryKey } from '../../src/crypto/recovery-key.js'

const anySecret = fc.uint8Array({ minLength: 32, maxLength: 32 })
const secret = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 8 + 1))
const text = formatRecoveryKey(secret)
const wrong = (message: string) =>
  expect.objectContaining({ code: 'invalid-argument', message: `not a recovery key: ${message}` })

describe('a recovery key', () => {
  it('is 14 groups of four digits without I, L, O and U', () => {
    fc.assert(
      fc.property(anySecret, (any) => {
        expect(formatRecoveryKey(any)).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){13}$/)
      }),
    )
  })

  it('holds the secret as plain base32, the first bit first, and then the checksum', () => {
    const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
    fc.assert(
      fc.property(anySecret, (any) => {
        const bits = BigInt(`0x${Buffer.from(any).toString('hex')}`)
        const firstDigits = Array.from(
          { length: 51 },
          (_, index) => digits[Number((bits >> BigInt(251 - 5 * index)) & 31n)],
        )
        expect(formatRecoveryKey(any).replaceAll('-', '').slice(0, 51)).toBe(firstDigits.join(''))
      }),
    )
  })

  it('gives its secret back', () => {
    fc.assert(
      fc.property(anySecret, (any) => {
        expect(parseRecoveryKey(formatRecoveryKey(any))).toEqual(Buffer.from(any))
      }),
    )
  })

  it.each([
    ['in lower case', text.toLowerCase()],
    ['without dashes', text.replaceAll('-', '')],
    ['with spaces and line ends', ` ${text.replaceAll('-', ' ').replace(' ', '\r\n')}\n`],
    ['with the dashes of a word processor', text.replaceAll('-', '\u2013')],
    ['with letters that look like digits', text.replaceAll('0', 'o').replaceAll('1', 'l')],
    ['with other letters that look like digits', text.replaceAll('0', 'O').replaceAll('1', 'I')],
  ])('is read %s', (_, typed) => expect(parseRecoveryKey(typed)).toEqual(secret))

  it('with any one digit mistyped says that the checksum is wrong', () => {
    for (let at = 0; at < text.length; at++) {
      if (text[at] === '-') continue
      const typed = text.slice(0, at) + (text[at] === '7' ? '8' : '7') + text.slice(at + 1)
      expect(() => parseRecoveryKey(typed)).toThrow(wrong('its checksum is wrong'))
    }
  })

  it('with two groups exchanged says that the checksum is wrong', () => {
    const groups = text.split('-')
    const typed = [groups[1], groups[0], ...groups.slice(2)].join('-')
    expect(() => parseRecoveryKey(typed)).toThrow(wrong('its checksum is wrong'))
  })

  it('with missing or additional digits says how many there are', () => {
    expect(() => parseRecoveryKey(text.slice(5))).toThrow(wrong('it has 52 digits, not 56'))
    expect(() => parseRecoveryKey(`${text}-0`)).toThrow(wrong('it has 57 digits, not 56'))
    expect(() => parseRecoveryKey('')).toThrow(wrong('it has 0 digits, not 56'))
  })

  it('with a character that no key has says where', () => {
    expect(() => parseRecoveryKey(`${text.slice(0, 5)}U${text.slice(6)}`)).toThrow(
      wrong('digit 5 is not one of 0-9 and A-Z without I, L, O, U'),
    )
    expect(() => parseRecoveryKey('\ud83d\udd11')).toThrow(
      wrong('digit 1 is not one of 0-9 and A-Z without I, L, O, U'),
    )
  })
})
