import { invalidValue } from './invalid-value.js'

const pattern = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i

/** `2024-05-01`, `2024-05-01 13:00[:05]`, or RFC 3339. Without an offset it is local time. */
export const parseTime = (text: string): Date => {
  const match = pattern.exec(text.trim())
  if (match === null || !isCalendarDay(Number(match[1]), Number(match[2]), Number(match[3])))
    throw invalid(text)
  const iso = text.trim().replace(' ', 'T').replace(/\s/g, '')
  // A date alone would be read as UTC.
  const time = new Date(match[4] === undefined ? `${iso}T00:00:00` : iso)
  if (Number.isNaN(time.getTime())) throw invalid(text)
  return time
}

// Date takes 31 February for 2 March.
const isCalendarDay = (year: number, month: number, day: number): boolean =>
  new Date(Date.UTC(year, month - 1, day))
    .toISOString()
    .startsWith(`${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`)

const invalid = (text: string) =>
  invalidValue(text, 'a time such as 2024-05-01, "2024-05-01 13:00" or 2024-05-01T13:00:00Z')

/** Local time for people: `2024-05-01 13:00:05`. */
export const localTimeText = (time: Date): string =>
  `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ` +
  `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`

/** RFC 3339 in UTC with all nine digits, for machines. */
export const rfc3339OfNs = (timeNs: bigint): string => {
  const billion = 1_000_000_000n
  const nanoseconds = ((timeNs % billion) + billion) % billion
  const seconds = (timeNs - nanoseconds) / billion
  const date = new Date(Number(seconds) * 1000)
  // Out of the range of Date (year 275760): the number alone says what it is.
  if (Number.isNaN(date.getTime())) return `@${seconds}`
  return `${date.toISOString().slice(0, -5)}.${String(nanoseconds).padStart(9, '0')}Z`
}

/** `0.4 s`, `12.3 s`, `4:05 min`, `1:04:05 h`. */
export const durationText = (milliseconds: number): string => {
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  const tail = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return seconds < 3600 ? `${tail.replace(/^0/, '')} min` : `${Math.floor(seconds / 3600)}:${tail} h`
}

const two = (value: number): string => String(value).padStart(2, '0')
