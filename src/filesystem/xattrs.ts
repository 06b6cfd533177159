import type { ByteString } from '../bytes/byte-string.js'
import { type NativeCalls, nativeCalls } from './native.js'
import { withReachablePath } from './reachable-path.js'
import { systemError } from './system-error.js'

/** One extended attribute. POSIX ACLs are among them: system.posix_acl_access and system.posix_acl_default. */
export type Xattr = readonly [name: ByteString, value: Uint8Array]

const none: readonly Xattr[] = []

/** Enough for nearly all: the kernel clears a buffer of the size asked for, so a small one first is cheaper. */
const first = Buffer.alloc(4096)
/** XATTR_SIZE_MAX and XATTR_LIST_MAX: nothing is larger. Made when first needed. */
let largest: Buffer | undefined

const errno = { EPERM: 1, ENOENT: 2, EACCES: 13, ENOSYS: 38, ERANGE: 34, ENODATA: 61, ENOTSUP: 95 }

/**
 * All readable attributes of a path, sorted by name; symbolic links are not followed. Empty without koffi.
 * A file without attributes costs one call. What the user may not read (trusted.*) is left out silently.
 * @throws NodeJS.ErrnoException when the path cannot be reached
 */
export const readXattrs = (path: ByteString): readonly Xattr[] => {
  const native = nativeCalls()
  return native === undefined
    ? none
    : withReachablePath(path, (reachable) =>
        readAll(path, {
          list: (into) => native.listXattrs(reachable, into),
          read: (name, into) => native.readXattr(reachable, name, into),
        }),
      )
}

/** As readXattrs, of an open file (not one opened with O_PATH). */
export const readXattrsOfFd = (fd: number): readonly Xattr[] => {
  const native = nativeCalls()
  // Nearly every file has none, and is asked about nothing else.
  return native === undefined || native.xattrListSizeOfFd(fd) === 0
    ? none
    : readAll(undefined, {
        list: (into) => native.listXattrsOfFd(fd, into),
        read: (name, into) => native.readXattrOfFd(fd, name, into),
      })
}

/** Where attributes are written to: a path that is not followed, or an open file. */
export interface XattrTarget {
  list(into: Uint8Array): number
  write(name: ByteString, value: Uint8Array): number
  remove(name: ByteString): number
}

export const xattrTargetOfPath = (native: NativeCalls, path: ByteString): XattrTarget => ({
  list: (into) => native.listXattrs(path, into),
  write: (name, value) => native.writeXattr(path, name, value),
  remove: (name) => native.removeXattr(path, name),
})

export const xattrTargetOfFd = (native: NativeCalls, fd: number): XattrTarget => ({
  list: (into) => native.listXattrsOfFd(fd, into),
  write: (name, value) => native.writeXattrOfFd(fd, name, value),
  remove: (name) => native.removeXattrOfFd(fd, name),
})

/** The names alone, unsorted; empty where the file system has no attributes. */
export const listXattrNames = (
  path: ByteString | undefined,
  list: (into: Uint8Array) => number,
): ByteString[] => {
  const [buffer, length] = filled(list)
  if (length >= 0)
    return length === 0 ? [] : (buffer.toString('latin1', 0, length - 1).split('\0') as ByteString[])
  if (length === -errno.ENOTSUP || length === -errno.ENOSYS) return []
  throw systemError('listxattr', -length, path)
}

interface XattrSource {
  list(into: Uint8Array): number
  read(name: ByteString, into: Uint8Array): number
}

const readAll = (path: ByteString | undefined, source: XattrSource): readonly Xattr[] => {
  const names = listXattrNames(path, source.list)
  if (names.length === 0) return none
  const all: Xattr[] = []
  for (const name of names.sort()) {
    const [buffer, length] = filled((into) => source.read(name, into))
    if (length >= 0) all.push([name, new Uint8Array(buffer.subarray(0, length))])
    else if (!skipped.has(-length)) throw systemError('getxattr', -length, path)
  }
  return all
}

/** Gone since it was listed, or not for this user. */
const skipped = new Set([errno.ENODATA, errno.EPERM, errno.EACCES, errno.ENOTSUP])

const filled = (call: (into: Uint8Array) => number): [Buffer, number] => {
  const length = call(first)
  if (length !== -errno.ERANGE) return [first, length]
  largest ??= Buffer.alloc(65536)
  return [largest, call(largest)]
}
