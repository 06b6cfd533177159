import fs from 'node:fs'
import { type ByteString, fsPathOf } from '../bytes/byte-string.js'

/** The kernel takes at most 4096 bytes with the NUL; names add up to 255 and the prefix below up to 25. */
const pathBytesMax = 3800

/**
 * Calls with a path that the kernel accepts. A path beyond PATH_MAX is reached by opening its directories piece by
 * piece and going on from /proc/self/fd/N; those descriptors are closed after the call, so the path is good only in it.
 */
export const withReachablePath = <Result>(
  path: ByteString,
  call: (path: ByteString, fsPath: string | Buffer) => Result,
): Result => (path.length <= pathBytesMax ? call(path, fsPathOf(path)) : fromNearby(path, call))

const fromNearby = <Result>(
  path: ByteString,
  call: (path: ByteString, fsPath: string | Buffer) => Result,
): Result => {
  let fd = -1
  let rest = path as string
  try {
    while (rest.length > pathBytesMax) {
      const cut = rest.lastIndexOf('/', pathBytesMax)
      const next = fs.openSync(fsPathOf(rest.slice(0, cut) as ByteString), directoryFlags)
      if (fd >= 0) fs.closeSync(fd)
      fd = next
      rest = `/proc/self/fd/${fd}/${rest.slice(cut + 1)}`
    }
    return call(rest as ByteString, fsPathOf(rest as ByteString))
  } finally {
    if (fd >= 0) fs.closeSync(fd)
  }
}

const directoryFlags = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY
