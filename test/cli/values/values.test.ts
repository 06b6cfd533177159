import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteSizeText, parseByteSize } from '../../../src/cli/values/byte-size.js'
import { parseChunkSize } from '../../../src/cli/values/chunk-size.js'
import { parseCompression } from '../../../src/cli/values/compression.js'
import { parseDataSubset } from '../../../src/cli/values/data-subset.js'
import { wholeNumber } from '../../../src/cli/values/whole-number.js'

describe('a size', () => {
  it.each([
    ['0', 0],
    ['4096', 4096],
    ['16K', 16_384],
    ['16k', 16_384],
    ['16KiB', 16_384],
    ['16 KB', 16_384],
    ['1.5M', 1_572_864],
    ['2G', 2 ** 31],
    ['100B', 100],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes)
  })

  it.each(['', 'x', '-1', '1Q', '1.K', '1e3', '0x10', '99999999P'])('is not %j', (text) => {
    expect(() => parseByteSize(text)).toThrow('is not a size')
  })

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [12_345_678, '11.8 MiB'],
    [1_048_575, '1.00 MiB'],
    [-2048, '-2.00 KiB'],
  ])('of %d bytes is shown as %s', (bytes, text) => {
    expect(byteSizeText(bytes)).toBe(text)
  })

  it('is shown to three digits, so that reading it back is off by one percent at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (bytes) => {
        expect(Math.abs(parseByteSize(byteSizeText(bytes)) - bytes)).toBeLessThanOrEqual(bytes / 100)
      }),
    )
  })
})

describe('a chunk size', () => {
  it('is one average for every offset', () => {
    expect(parseChunkSize('16K')).toEqual([{ fromOffset: 0, averageBits: 14 }])
  })

  it('or a list of averages by offset', () => {
    expect(parseChunkSize('16K@0,32K@4M')).toEqual([
      { fromOffset: 0, averageBits: 14 },
      { fromOffset: 4 * 2 ** 20, averageBits: 15 },
    ])
  })

  it.each(['', '17K', '0', '16K@', '16K@0@1', '16K,,32K@4M'])('is not %j', (text) => {
    expect(() => parseChunkSize(text)).toThrow('is not a')
  })
})

describe('a part of the data to check', () => {
  it('is a percentage, a part of several, or a size', () => {
    expect(parseDataSubset('2.5%')).toEqual({ percent: 2.5 })
    expect(parseDataSubset('2/7')).toEqual({ part: 2, of: 7 })
    expect(parseDataSubset('10G')).toEqual({ bytes: 10 * 2 ** 30 })
  })

  it.each(['0%', '101%', '0/3', '4/3', '0', '-5%', 'all'])('is not %j', (text) => {
    expect(() => parseDataSubset(text)).toThrow('is not a')
  })
})

describe('a compression', () => {
  it('is a name or a level of zstd', () => {
    expect(parseCompression('max')).toBe('max')
    expect(parseCompression('1')).toBe(1)
    expect(parseCompression('22')).toBe(22)
  })

  it.each(['', '0', '23', '3.5', 'best', 'MAX'])('is not %j', (text) => {
    expect(() => parseCompression(text)).toThrow('is not a compression')
  })
})

describe('a whole number', () => {
  it('lies between its bounds', () => {
    expect(wholeNumber(1, 8)('8')).toBe(8)
    for (const text of ['0', '9', '1.5', '', 'one', '+2'])
      expect(() => wholeNumber(1, 8)(text)).toThrow('from 1 to 8')
  })
})
