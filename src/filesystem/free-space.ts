import fs from 'node:fs'

/** Bytes that may still be written to the file system of an open file; infinite where nobody says. */
export const freeBytesOf = (fd: number): number => {
  try {
    const { bavail, bsize } = fs.statfsSync(`/proc/self/fd/${fd}`)
    return bavail * bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
