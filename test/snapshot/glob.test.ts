import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileGlob, globstar, matchesComponents, matchesGlob } from '../../src/snapshot/glob.js'

const matches = (pattern: string, text: string) => matchesGlob(compileGlob(pattern), text)

describe('compileGlob', () => {
  it('knows stars, question marks, classes and escapes', () => {
    for (const [pattern, text] of [
      ['*', ''],
      ['*.txt', 'a.txt'],
      ['a*b*c', 'aXbYbZc'],
      ['?', 'ü'],
      ['?', '\u{1f600}'],
      ['*?', '\u{1f600}\u{1f601}'],
      ['[a-cx]', 'b'],
      ['[!a-c]', 'd'],
      ['[^a]', 'b'],
      ['[]a]', ']'],
      ['[a-]', '-'],
      ['[\\]]', ']'],
      ['[α-ω]', 'β'],
      ['\\*', '*'],
      ['a[b', 'a[b'],
      ['a\\', 'a\\'],
    ] as const)
      expect([pattern, text, matches(pattern, text)]).toEqual([pattern, text, true])
  })

  it('matches the whole text and nothing else', () => {
    for (const [pattern, text] of [
      ['a', 'ab'],
      ['b', 'ab'],
      ['*a', 'ab'],
      ['?', ''],
      ['??', '\u{1f600}'],
      ['[a-c]', 'd'],
      ['[!a]', 'a'],
      ['\\*', 'a'],
      ['', 'a'],
    ] as const)
      expect([pattern, text, matches(pattern, text)]).toEqual([pattern, text, false])
  })

  it('agrees with the regular expression of the same meaning', () => {
    const piece = fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]')
    const regular: Record<string, string> = { '*': '.*', '?': '.', '[!a]': '[^a]' }
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.stringMatching(/^[abc]{0,12}$/), (pieces, text) => {
        const expected = new RegExp(`^${pieces.map((part) => regular[part] ?? part).join('')}$`, 's').test(
          text,
        )
        expect(matches(pieces.join(''), text)).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('does not take longer than a product of lengths for a hostile pattern', () => {
    expect(matches(`${'a*'.repeat(1000)}b`, 'a'.repeat(10_000))).toBe(false)
  })
})

describe('matchesComponents', () => {
  it('agrees with the regular expression of the same meaning', () => {
    const part = fc.constantFrom('**', 'a', 'b', '*')
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 6 }),
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }),
        (parts, path) => {
          const regular: Record<string, string> = { '**': '(?:[abc]/)*', '*': '[abc]/' }
          const source = parts.map((text) => regular[text] ?? `${text}/`).join('')
          const expected = new RegExp(`^${source}$`).test(path.map((name) => `${name}/`).join(''))
          const compiled = parts.map((text) => (text === '**' ? globstar : compileGlob(text)))
          expect(matchesComponents(compiled, path)).toBe(expected)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
