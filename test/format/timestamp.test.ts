import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  compareTimestamps,
  timestampFromDate,
  timestampFromNanoseconds,
  timestampToDate,
  timestampToNanoseconds,
  timestampToText,
} from '../../src/format/timestamp.js'

test('a time is seconds and nanoseconds from there on, also before 1970', () => {
  expect(timestampFromNanoseconds(-1n)).toEqual({ seconds: -1, nanoseconds: 999_999_999 })
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
      fc.bigInt({ min: -5n, max: 5n }),
      (time, off) => {
        const timestamp = timestampFromNanoseconds(time)
        expect(timestampToNanoseconds(timestamp)).toBe(time)
        expect(timestamp.nanoseconds).toBeGreaterThanOrEqual(0)
        expect(timestamp.nanoseconds).toBeLessThan(1_000_000_000)
        expect(Math.sign(compareTimestamps(timestampFromNanoseconds(time + off), timestamp))).toBe(
          Number(off > 0n) - Number(off < 0n),
        )
      },
    ),
  )
})

test('a time is written as RFC 3339 in UTC, with the decimals that it has', () => {
  expect(timestampToText({ seconds: 0, nanoseconds: 0 })).toBe('1970-01-01T00:00:00Z')
  expect(timestampToText({ seconds: 1_700_000_000, nanoseconds: 120_000_000 })).toBe(
    '2023-11-14T22:13:20.12Z',
  )
  expect(timestampToText({ seconds: -1, nanoseconds: 1 })).toBe('1969-12-31T23:59:59.000000001Z')
  expect(timestampToText({ seconds: 2 ** 50, nanoseconds: 5 })).toBe(`@${2 ** 50}.000000005`)
})

test('a Date is the time in whole milliseconds', () => {
  const date = new Date('2024-02-29T12:34:56.789Z')
  expect(timestampToDate(timestampFromDate(date))).toEqual(date)
  expect(timestampToDate({ seconds: -1, nanoseconds: 999_999_999 }).getTime()).toBe(-1)
})
