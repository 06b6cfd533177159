import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable, quoteName } from '../../../src/cli/output/quote.js'

const nameOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

const anyName = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.string({ unit: 'binary', maxLength: 12 }).map(nameOf),
  fc.string({ unit: fc.constantFrom('\\', '"', 'x', 'f', '\n', '\xff', ' ', '\x1b', 'n'), maxLength: 6 }),
)

describe('a name that is printed', () => {
  it.each(['plain.txt', 'with space', 'naïve', '日本語', 'a"b', 'back\\slash', '🙂'])(
    'stays %s where it is harmless',
    (text) => {
      expect(quoteName(nameOf(text))).toBe(text)
    },
  )

  it.each([
    ['a\nb', '"a\\nb"'],
    ['\x1b[31mred', '"\\x1b[31mred"'],
    ['\x07', '"\\x07"'],
    ['\x7f', '"\\x7f"'],
    ['txt.\u202egpj', '"txt.\\u{202e}gpj"'],
    ['a\u200bb', '"a\\u{200b}b"'],
    ['a\u2028b', '"a\\u{2028}b"'],
    ['\u009b31m', '"\\u{9b}31m"'],
    ['\ufeffa', '"\\u{feff}a"'],
    ['\u{e0041}', '"\\u{e0041}"'],
    [' a', '" a"'],
    ['a ', '"a "'],
    ['', '""'],
    ['"a"', '"\\"a\\""'],
    ['a\\\n', '"a\\\\\\n"'],
  ])('is quoted where it is not: %j', (text, quoted) => {
    expect(quoteName(nameOf(text))).toBe(quoted)
  })

  it('shows bytes that are not UTF-8, and the text around them', () => {
    expect(quoteName('caf\xe9.txt')).toBe('"caf\\xe9.txt"')
    expect(quoteName('\xff\xc3\xa9\xe2\x80')).toBe('"\\xffé\\xe2\\x80"')
    expect(quoteName('\xed\xb2\x80')).toBe('"\\xed\\xb2\\x80"')
  })

  it('never holds a character that a terminal would act on', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(quoteName(name)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      }),
    )
  })

  it('never looks like another name', () => {
    fc.assert(
      fc.property(anyName, anyName, (one, other) => {
        fc.pre(one !== other)
        expect(quoteName(one)).not.toBe(quoteName(other))
      }),
      { numRuns: 2000 },
    )
  })

  it('inside a message is harmless too', () => {
    expect(printable('cannot read \x1b]0;x\x07\u202e: no')).toBe('cannot read \\x1b]0;x\\x07\\u{202e}: no')
  })
})
