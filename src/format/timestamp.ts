import type { Fields } from './fields.js'
import { nanosecondsMax } from './limits.js'

const nanosecondsPerSecond = 1_000_000_000n

/** A point in time (docs/FORMAT.md §1): seconds since 1970-01-01T00:00:00Z, may be negative, and nanoseconds from there on. */
export interface Timestamp {
  readonly seconds: number
  readonly nanoseconds: number
}

export const compareTimestamps = (a: Timestamp, b: Timestamp): number =>
  a.seconds - b.seconds || a.nanoseconds - b.nanoseconds

export function timestampFromNanoseconds(sinceEpoch: bigint): Timestamp {
  const remainder = sinceEpoch % nanosecondsPerSecond
  const nanoseconds = remainder < 0n ? remainder + nanosecondsPerSecond : remainder
  return {
    seconds: Number((sinceEpoch - nanoseconds) / nanosecondsPerSecond),
    nanoseconds: Number(nanoseconds),
  }
}

export const timestampToNanoseconds = ({ seconds, nanoseconds }: Timestamp): bigint =>
  BigInt(seconds) * nanosecondsPerSecond + BigInt(nanoseconds)

export const timestampFromDate = (date: Date): Timestamp =>
  timestampFromNanoseconds(BigInt(date.getTime()) * 1_000_000n)

/** Rounded down to milliseconds. An invalid Date for times that a Date cannot hold. */
export const timestampToDate = ({ seconds, nanoseconds }: Timestamp): Date =>
  new Date(seconds * 1000 + Math.floor(nanoseconds / 1_000_000))

/** RFC 3339 in UTC with as many decimals as the time has; `@seconds` where no calendar date can be given. */
export function timestampToText({ seconds, nanoseconds }: Timestamp): string {
  const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return `@${seconds}${fraction}`
  return `${date.toISOString().slice(0, -'.000Z'.length)}${fraction}Z`
}

export const timestampValue = ({ seconds, nanoseconds }: Timestamp): number[] => [seconds, nanoseconds]

export const readTimestamp = (fields: Fields, name: string): Timestamp =>
  readFlatTimestamp(fields.fields(name, 2), name)

/** The two numbers as items of the array that is being read. */
export const readFlatTimestamp = (fields: Fields, name: string): Timestamp => ({
  seconds: fields.int(name),
  nanoseconds: fields.uint(`nanoseconds of ${name}`, nanosecondsMax),
})
