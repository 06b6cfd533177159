import fs from 'node:fs'
import { type ByteString, fsPathOf } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import { setMtime, setMtimeOfFd } from './file-times.js'
import { type NativeCalls, nativeCalls } from './native.js'
import type { SafeDirectory } from './safe-directory.js'
import { systemError } from './system-error.js'
import { listXattrNames, type Xattr, type XattrTarget, xattrTargetOfFd, xattrTargetOfPath } from './xattrs.js'

/** What a restored entry gets besides its content. */
export interface Attributes {
  /** The twelve permission bits; not used for symbolic links. */
  readonly mode: number
  /** -1 leaves the owner or the group as it is. */
  readonly uid: number
  readonly gid: number
  readonly mtimeNs: bigint
  /** All that it is to have; undefined where they were not captured: then none is touched. */
  readonly xattrs: readonly Xattr[] | undefined
}

export interface AttributeFailure {
  readonly path: ByteString
  /** For example `owner`, `mode`, `mtime`, `xattr user.comment`. */
  readonly attribute: string
  readonly error: unknown
}

export type OnAttributeFailure = (failure: AttributeFailure) => void

/** To an open file or directory. What cannot be set is reported with `path`, never thrown. */
export const applyAttributesToFd = (
  fd: number,
  path: ByteString,
  attributes: Attributes,
  onFailure: OnAttributeFailure,
): void =>
  applyAll(attributes, path, onFailure, {
    chown: (uid, gid) => fs.fchownSync(fd, uid, gid),
    chmod: (mode) => fs.fchmodSync(fd, mode),
    setMtime: (mtimeNs) => setMtimeOfFd(fd, mtimeNs),
    xattrs: () => withNative((native) => xattrTargetOfFd(native, fd)),
  })

/** To a symbolic link, which is not followed; it has no mode of its own. */
export const applyAttributesToSymlink = (
  directory: SafeDirectory,
  name: ByteString,
  path: ByteString,
  attributes: Attributes,
  onFailure: OnAttributeFailure,
): void => {
  const reached = directory.reach(name)
  applyAll(attributes, path, onFailure, {
    chown: (uid, gid) => fs.lchownSync(fsPathOf(reached), uid, gid),
    chmod: undefined,
    setMtime: (mtimeNs) => setMtime(reached, mtimeNs),
    xattrs: () => withNative((native) => xattrTargetOfPath(native, reached)),
  })
}

/** To a fifo, socket or device node: held by O_PATH, which opens neither the device nor the fifo. */
export const applyAttributesToSpecial = (
  directory: SafeDirectory,
  name: ByteString,
  path: ByteString,
  attributes: Attributes,
  onFailure: OnAttributeFailure,
): void => {
  const reached = directory.reach(name)
  const held = fs.openSync(fsPathOf(reached), pathOnly | fs.constants.O_NOFOLLOW)
  const through = `/proc/self/fd/${held}`
  try {
    applyAll(attributes, path, onFailure, {
      chown: (uid, gid) => fs.chownSync(through, uid, gid),
      chmod: (mode) => fs.chmodSync(through, mode),
      setMtime: (mtimeNs) => setMtime(reached, mtimeNs),
      xattrs: () => withNative((native) => xattrTargetOfPath(native, reached)),
    })
  } finally {
    fs.closeSync(held)
  }
}

/** O_PATH of linux/fcntl.h, which Node does not name. */
const pathOnly = 0o10000000

interface Target {
  chown(uid: number, gid: number): void
  readonly chmod: ((mode: number) => void) | undefined
  setMtime(mtimeNs: bigint): void
  xattrs(): XattrTarget | undefined
}

const setuid = 0o4000
const setgid = 0o2000

/** Owner first, since it clears setuid; then ACLs, which the mode completes; the time last, since all before touch it. */
const applyAll = (
  attributes: Attributes,
  path: ByteString,
  onFailure: OnAttributeFailure,
  target: Target,
): void => {
  const { mode, mtimeNs, xattrs } = attributes
  const attempt = (attribute: string, call: () => void): boolean => {
    try {
      call()
      return true
    } catch (error) {
      onFailure({ path, attribute, error })
      return false
    }
  }
  const lost = applyOwner(attributes, target, attempt)
  if (xattrs !== undefined) applyXattrs(xattrs, target, path, attempt)
  if (target.chmod !== undefined) attempt('mode', () => target.chmod!(mode & ~lost))
  attempt('mtime', () => target.setMtime(mtimeNs))
}

type Attempt = (attribute: string, call: () => void) => boolean

/** Returns the mode bits that must not be set: those that would lend the rights of an owner who is not the right one. */
const applyOwner = ({ uid, gid }: Attributes, target: Target, attempt: Attempt): number => {
  if (uid === -1 && gid === -1) return 0
  if (attempt('owner', () => target.chown(uid, gid))) return 0
  // Without root's rights the group can still be one of the user's own.
  try {
    target.chown(-1, gid)
    return setuid
  } catch {
    return setuid | setgid
  }
}

const applyXattrs = (xattrs: readonly Xattr[], target: Target, path: ByteString, attempt: Attempt): void => {
  let found: XattrTarget | undefined
  const listed = attempt('xattrs', () => {
    found = target.xattrs()
    if (found === undefined && xattrs.length > 0)
      throw new VarveError('native-missing', 'extended attributes cannot be set without koffi')
  })
  if (!listed || found === undefined) return
  const into = found
  attempt('xattrs', () => removeOthers(into, path, xattrs))
  for (const [name, value] of xattrs)
    attempt(`xattr ${name}`, () => check('setxattr', into.write(name, value), path))
}

/** An ACL inherited from the directory, or attributes of a file that was there before, do not belong to the snapshot. */
const removeOthers = (target: XattrTarget, path: ByteString, xattrs: readonly Xattr[]): void => {
  const names = listXattrNames(path, (into) => target.list(into))
  if (names.length === 0) return
  const wanted = new Set(xattrs.map(([name]) => name))
  for (const name of names)
    if (!wanted.has(name) && isOurs(name)) check('removexattr', target.remove(name), path)
}

/** What the system sets by itself, such as security.selinux, stays. */
const isOurs = (name: ByteString): boolean => name.startsWith('user.') || name.startsWith('system.posix_acl_')

const check = (call: string, answer: number, path: ByteString): void => {
  if (answer < 0) throw systemError(call, -answer, path)
}

const withNative = <Result>(call: (native: NativeCalls) => Result) => {
  const native = nativeCalls()
  return native === undefined ? undefined : call(native)
}
