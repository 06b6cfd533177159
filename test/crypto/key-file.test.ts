import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatKeyFile, parseKeyFile } from '../../src/crypto/key-file.js'

const digits = '0123456789abcdef'.repeat(4)
const anySecret = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe('a key file', () => {
  it('is 64 hexadecimal digits and a newline', () => {
    expect(formatKeyFile(Buffer.from(digits, 'hex'))).toBe(`${digits}\n`)
  })

  it('gives its secret back', () => {
    fc.assert(
      fc.property(anySecret, (secret) => {
        expect(parseKeyFile(formatKeyFile(secret))).toEqual(Buffer.from(secret))
      }),
    )
  })

  it('may be written in upper case', () => {
    expect(parseKeyFile(`${digits.toUpperCase()}\n`).toString('hex')).toBe(digits)
  })

  it.each([
    ['', 'it is empty'],
    [digits, 'it does not end with a newline'],
    [`${digits}\r\n`, 'its line ends with a carriage return (CRLF)'],
    [`${digits}\n\n`, 'it has more than one line'],
    [`${digits}\n${digits}\n`, 'it has more than one line'],
    [`${digits.slice(1)}\n`, 'it has 63 digits'],
    [`${digits}0\n`, 'it has 65 digits'],
    ['\n', 'it has 0 digits'],
    [` ${digits}\n`, 'character 1 is not a hexadecimal digit'],
    [`${digits.slice(0, 40)}g${digits.slice(41)}\n`, 'character 41 is not a hexadecimal digit'],
    [`\ufeff${digits}\n`, 'character 1 is not a hexadecimal digit'],
  ])('in the form %j is refused with the reason', (text, reason) => {
    expect(() => parseKeyFile(text)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', message: `not a key file: ${reason}` }),
    )
  })
})
