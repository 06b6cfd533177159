import { describe, expect, it } from 'vitest'
import { factLines, shortenMiddle, tableLines, textWidth } from '../../../src/cli/output/table.js'

describe('a table', () => {
  it('has columns as wide as their widest cell, and no spaces at line ends', () => {
    const lines = tableLines(
      [{ title: 'ID' }, { title: 'Size', align: 'right' }, { title: 'Paths' }],
      [
        ['abc', '1', '/x'],
        ['d', '12345', ''],
      ],
    )
    expect(lines).toEqual(['ID    Size  Paths', '---  -----  -----', 'abc      1  /x', 'd    12345'])
  })

  it('counts the columns of a terminal, not characters', () => {
    expect(textWidth('日本')).toBe(4)
    expect(textWidth('e\u0301')).toBe(1)
    const [, , wide, narrow] = tableLines(
      [{ title: 'A' }, { title: 'B' }],
      [
        ['日本', 'x'],
        ['abcd', 'x'],
      ],
    )
    expect(wide).toBe('日本  x')
    expect(narrow).toBe('abcd  x')
  })

  it('of facts starts all values in one column', () => {
    expect(
      factLines([
        ['a', '1'],
        ['long', '2'],
      ]),
    ).toEqual(['  a     1', '  long  2'])
  })
})

describe('a text that is too long', () => {
  it('loses its middle and fits', () => {
    expect(shortenMiddle('/home/me/documents/report.txt', 16)).toBe('/home…report.txt')
    for (let columns = 0; columns < 12; columns++) {
      expect(textWidth(shortenMiddle('日本語のとても長い名前', columns))).toBeLessThanOrEqual(columns)
    }
  })

  it('stays whole where it fits', () => {
    expect(shortenMiddle('short', 5)).toBe('short')
  })
})
