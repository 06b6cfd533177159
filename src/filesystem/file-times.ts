import fs from 'node:fs'
import { type ByteString, fsPathOf } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import { nativeCalls } from './native.js'
import { systemError } from './system-error.js'

/** Sets the time of the last change of an open file, to the nanosecond. The time of the last access stays as it is. */
export const setMtimeOfFd = (fd: number, mtimeNs: bigint): void => {
  const native = nativeCalls()
  if (native === undefined) {
    const seconds = wholeMicroseconds(mtimeNs)
    fs.futimesSync(fd, seconds, seconds)
  } else check(native.setTimesOfFd(fd, timespecs(mtimeNs)))
}

/** Likewise of a path; a symbolic link itself is changed. */
export const setMtime = (path: ByteString, mtimeNs: bigint): void => {
  const native = nativeCalls()
  if (native === undefined) {
    const seconds = wholeMicroseconds(mtimeNs)
    fs.lutimesSync(fsPathOf(path), seconds, seconds)
  } else check(native.setTimes(path, timespecs(mtimeNs)))
}

const check = (answer: number): void => {
  if (answer < 0) throw systemError('utimensat', -answer, undefined)
}

const utimeOmit = 0x3ffffffen
const secondNs = 1_000_000_000n

/** struct timespec[2]: access and modification, each seconds and nanoseconds of 64 bits in the machine's order. */
const times = BigInt64Array.of(0n, utimeOmit, 0n, 0n)
const timesBytes = new Uint8Array(times.buffer)

/** Valid until the next call. */
const timespecs = (mtimeNs: bigint): Uint8Array => {
  const remainder = mtimeNs % secondNs
  const nanoseconds = remainder < 0n ? remainder + secondNs : remainder
  times[2] = (mtimeNs - nanoseconds) / secondNs
  times[3] = nanoseconds
  return timesBytes
}

/** Node turns a negative number into the present time and cuts the rest to microseconds. */
const wholeMicroseconds = (mtimeNs: bigint): number => {
  if (mtimeNs < 0n) throw new VarveError('native-missing', 'a time before 1970 cannot be set without koffi')
  return Number(mtimeNs / 1000n) / 1e6
}
