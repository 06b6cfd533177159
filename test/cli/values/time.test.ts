import { describe, expect, it } from 'vitest'
import { durationText, localTimeText, parseTime, rfc3339OfNs } from '../../../src/cli/values/time.js'

describe('a time', () => {
  it('without an offset is local', () => {
    expect(parseTime('2024-05-01 13:04:05')).toEqual(new Date(2024, 4, 1, 13, 4, 5))
    expect(parseTime('2024-05-01')).toEqual(new Date(2024, 4, 1))
    expect(parseTime('2024-05-01T13:04')).toEqual(new Date(2024, 4, 1, 13, 4))
  })

  it('with an offset is that instant', () => {
    expect(parseTime('2024-05-01T13:04:05Z').getTime()).toBe(Date.UTC(2024, 4, 1, 13, 4, 5))
    expect(parseTime('2024-05-01 13:04:05 +02:00').getTime()).toBe(Date.UTC(2024, 4, 1, 11, 4, 5))
  })

  it.each(['', 'yesterday', '2024-02-30', '2024-13-01', '2024-05-01 25:00', '2024-05-01 13', '1714567890'])(
    'is not %j',
    (text) => {
      expect(() => parseTime(text)).toThrow('is not a time')
    },
  )

  it('is shown to people as local ISO time, which reads back as the same second', () => {
    const time = new Date(2024, 0, 2, 3, 4, 5)
    expect(localTimeText(time)).toBe('2024-01-02 03:04:05')
    expect(parseTime(localTimeText(time))).toEqual(time)
  })

  it('keeps its nanoseconds for programs, before 1970 too', () => {
    expect(rfc3339OfNs(1_700_000_000_123_456_789n)).toBe('2023-11-14T22:13:20.123456789Z')
    expect(rfc3339OfNs(-1n)).toBe('1969-12-31T23:59:59.999999999Z')
    expect(rfc3339OfNs(10n ** 27n)).toBe('@1000000000000000000')
  })
})

describe('a duration', () => {
  it.each([
    [0, '0.0 s'],
    [12_340, '12.3 s'],
    [59_999, '1:00 min'],
    [245_000, '4:05 min'],
    [3_845_000, '1:04:05 h'],
  ])('of %d ms is shown as %s', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text)
  })
})
