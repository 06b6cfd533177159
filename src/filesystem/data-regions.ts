import { nativeCalls } from './native.js'
import { systemError } from './system-error.js'

/** A part of a file that is not a hole: `start` included, `end` not, in bytes. */
export interface DataRegion {
  readonly start: number
  readonly end: number
}

const seekData = 3
const seekHole = 4
const enxio = 6
const einval = 22
const enotsup = 95

/**
 * The regions of a file that hold data, in order; what lies between them are holes. One region where the file is
 * fully allocated, where the file system knows no holes, or without koffi. Moves the file's own read position.
 */
export function* dataRegions(
  fd: number,
  file: { readonly sizeBytes: number; readonly allocatedBytes: number },
): Generator<DataRegion, void, undefined> {
  const { sizeBytes, allocatedBytes } = file
  if (sizeBytes === 0) return
  const seek = allocatedBytes < sizeBytes ? nativeCalls()?.seek : undefined
  if (seek === undefined) return yield { start: 0, end: sizeBytes }
  for (let at = 0; at < sizeBytes; ) {
    const start = seek(fd, at, seekData)
    if (start === -enxio) return
    if (start === -einval || start === -enotsup) return yield { start: at, end: sizeBytes }
    if (start < 0) throw systemError('lseek', -start, undefined)
    if (start >= sizeBytes) return
    const hole = seek(fd, start, seekHole)
    const end = hole < 0 ? sizeBytes : Math.min(hole, sizeBytes)
    yield { start, end }
    at = end
  }
}

/**
 * The data region at `at` or, where `at` is in a hole, the next one; at the end of the file an empty one. Where the file
 * system cannot tell, everything is data.
 */
export const nextRegion = (
  fd: number,
  file: { readonly sizeBytes: number; readonly allocatedBytes: number },
  at: number,
): DataRegion => {
  const { sizeBytes, allocatedBytes } = file
  const seek = allocatedBytes < sizeBytes ? nativeCalls()?.seek : undefined
  if (seek === undefined) return { start: at, end: sizeBytes }
  const start = seek(fd, at, seekData)
  if (start === -enxio) return { start: sizeBytes, end: sizeBytes }
  if (start < 0) return { start: at, end: sizeBytes }
  const hole = seek(fd, start, seekHole)
  return { start: Math.min(start, sizeBytes), end: hole < 0 ? sizeBytes : Math.min(hole, sizeBytes) }
}
