import { createRequire } from 'node:module'
import { type ByteString, fsPathOf } from '../bytes/byte-string.js'

/**
 * What libc can do and Node cannot: exact times, extended attributes, device nodes, holes, and a cheaper lstat.
 * Every call follows the kernel's convention: a negative result is -errno, nothing is thrown.
 * Buffers are filled from their start; the result says how many bytes.
 */
export interface NativeCalls {
  listXattrs(path: ByteString, into: Uint8Array): number
  listXattrsOfFd(fd: number, into: Uint8Array): number
  /** How many bytes `listXattrsOfFd` would give: asking so is cheaper, since the kernel then needs no buffer. */
  xattrListSizeOfFd(fd: number): number
  readXattr(path: ByteString, name: ByteString, into: Uint8Array): number
  readXattrOfFd(fd: number, name: ByteString, into: Uint8Array): number
  writeXattr(path: ByteString, name: ByteString, value: Uint8Array): number
  writeXattrOfFd(fd: number, name: ByteString, value: Uint8Array): number
  removeXattr(path: ByteString, name: ByteString): number
  removeXattrOfFd(fd: number, name: ByteString): number
  /** `times` is struct timespec[2]. A symbolic link itself is changed, not what it points to. */
  setTimes(path: ByteString, times: Uint8Array): number
  setTimesOfFd(fd: number, times: Uint8Array): number
  /** `mode` with the file type bits; `deviceNumber` as st_rdev. */
  makeNode(path: ByteString, mode: number, deviceNumber: bigint): number
  seek(fd: number, offset: number, whence: number): number
  /** posix_fadvise(2), POSIX_FADV_WILLNEED, of the first bytes of a file. */
  adviseWillNeed(fd: number, sizeBytes: number): number
  /** statx(2) of the path, as fsPathOf gives it, without following a last symbolic link; `into` has 256 bytes. */
  statx(path: string | Buffer, into: Uint8Array): number
  /** The same of a name in an open directory. */
  statxAt(directoryFd: number, name: ByteString, into: Uint8Array): number
  /** The same of an open file. */
  statxOfFd(fd: number, into: Uint8Array): number
  /** getdents64(2): the next entries of an open directory, 0 at its end. Undefined where the C library has none. */
  readonly readDirectory: ((directoryFd: number, into: Uint8Array) => number) | undefined
  /** openat(2): a descriptor of `name` in the open directory. */
  openAt(directoryFd: number, name: ByteString, flags: number, mode: number): number
  close(fd: number): number
  /** _exit(2): ends the process at once. */
  exit(exitCode: number): void
  /** mallopt(3), M_MMAP_THRESHOLD: memory of so many bytes or more is mapped by itself. Undefined where the C library has none. */
  readonly mapMemoryFrom: ((sizeBytes: number) => void) | undefined
}

type Koffi = typeof import('koffi')
type NativeFunction = (...values: unknown[]) => number

const atCurrentDirectory = -100
const atSymlinkNoFollow = 0x100
const atEmptyPath = 0x1000
const statxBasic = 0x7ff
const adviceWillNeed = 3

let loaded: NativeCalls | undefined
let tried = false

/**
 * The native calls, loaded at the first call (koffi takes 15 to 30 ms), or undefined where koffi is not installed. Where it is,
 * and cannot be read just now, that is an error of the system: without it times would lose their nanoseconds untold.
 */
export const nativeCalls = (): NativeCalls | undefined => {
  if (!tried) {
    loaded = load()
    tried = true
  }
  return loaded
}

/** The native calls if somebody needed them already; never loads. */
export const loadedNativeCalls = (): NativeCalls | undefined => loaded

/** From here on this process does without native code, as where koffi is not installed. */
export const disableNativeCalls = (): void => {
  tried = true
  loaded = undefined
}

const load = (): NativeCalls | undefined => {
  // struct timespec and statx are laid out here for the 64-bit interface of Linux.
  if (process.platform !== 'linux' || process.arch === 'arm' || process.arch === 'ia32') return undefined
  try {
    return bind(createRequire(import.meta.url)('koffi') as Koffi)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error
    return undefined
  }
}

const bind = (koffi: Koffi): NativeCalls => {
  const library = koffi.load(null)
  const declare = (result: string, name: string, ...parameters: string[]): NativeFunction => {
    const call = library.func(name, result, parameters) as unknown as NativeFunction
    return (...values) => orErrno(koffi, call(...values))
  }
  return {
    ...bindXattrs(declare),
    ...bindTimes(declare),
    ...bindFiles(declare),
    xattrListSizeOfFd: bindXattrListSize(koffi, library),
    ...bindStatx(koffi, library),
    readDirectory: bindReadDirectory(koffi, library),
    statxOfFd: bindStatxOfFd(koffi, library),
    ...bindNewFiles(koffi, library),
    exit: library.func('_exit', 'void', ['int']),
    mapMemoryFrom: bindMapMemoryFrom(library),
  }
}

type Declare = (result: string, name: string, ...parameters: string[]) => NativeFunction

const bytes = 'void *'

/** The kernel's convention, from libc's. */
const orErrno = (koffi: Koffi, answer: number): number => (answer < 0 ? -koffi.errno() : answer)

const bindXattrs = (declare: Declare) => {
  const list = declare('int64', 'llistxattr', bytes, bytes, 'uint64')
  const listFd = declare('int64', 'flistxattr', 'int', bytes, 'uint64')
  const read = declare('int64', 'lgetxattr', bytes, bytes, bytes, 'uint64')
  const readFd = declare('int64', 'fgetxattr', 'int', bytes, bytes, 'uint64')
  const write = declare('int', 'lsetxattr', bytes, bytes, bytes, 'uint64', 'int')
  const writeFd = declare('int', 'fsetxattr', 'int', bytes, bytes, 'uint64', 'int')
  const remove = declare('int', 'lremovexattr', bytes, bytes)
  const removeFd = declare('int', 'fremovexattr', 'int', bytes)
  return {
    listXattrs: (path: ByteString, into: Uint8Array) => list(terminated(path), into, into.length),
    listXattrsOfFd: (fd: number, into: Uint8Array) => listFd(fd, into, into.length),
    readXattr: (path: ByteString, name: ByteString, into: Uint8Array) =>
      read(terminated(path), terminated(name), into, into.length),
    readXattrOfFd: (fd: number, name: ByteString, into: Uint8Array) =>
      readFd(fd, terminated(name), into, into.length),
    writeXattr: (path: ByteString, name: ByteString, value: Uint8Array) =>
      write(terminated(path), terminated(name), value, value.length, 0),
    writeXattrOfFd: (fd: number, name: ByteString, value: Uint8Array) =>
      writeFd(fd, terminated(name), value, value.length, 0),
    removeXattr: (path: ByteString, name: ByteString) => remove(terminated(path), terminated(name)),
    removeXattrOfFd: (fd: number, name: ByteString) => removeFd(fd, terminated(name)),
  }
}

const bindTimes = (declare: Declare) => {
  const set = declare('int', 'utimensat', 'int', bytes, bytes, 'int')
  return {
    setTimes: (path: ByteString, times: Uint8Array) =>
      set(atCurrentDirectory, terminated(path), times, atSymlinkNoFollow),
  }
}

const bindFiles = (declare: Declare) => {
  const makeNode = declare('int', 'mknod', bytes, 'uint32', 'uint64')
  const seek = declare('int64', 'lseek', 'int', 'int64', 'int')
  const advise = declare('int', 'posix_fadvise', 'int', 'int64', 'int64', 'int')
  return {
    makeNode: (path: ByteString, mode: number, deviceNumber: bigint) =>
      makeNode(terminated(path), mode, deviceNumber),
    seek: (fd: number, offset: number, whence: number) => seek(fd, offset, whence),
    adviseWillNeed: (fd: number, sizeBytes: number) => advise(fd, 0, sizeBytes, adviceWillNeed),
  }
}

/** Called for every file there is, so without the detour that the others take. */
const bindStatx = (
  koffi: Koffi,
  library: ReturnType<Koffi['load']>,
): Pick<NativeCalls, 'statx' | 'statxAt'> => {
  // ASCII goes over as a string: a third cheaper than through a buffer.
  const ofText = library.func('statx', 'int', ['int', 'const char *', 'int', 'uint32', bytes])
  const ofBytes = library.func('statx', 'int', ['int', bytes, 'int', 'uint32', bytes])
  const call = (directoryFd: number, path: string | Buffer, into: Uint8Array): number => {
    const answer: number =
      typeof path === 'string'
        ? ofText(directoryFd, path, atSymlinkNoFollow, statxBasic, into)
        : ofBytes(directoryFd, Buffer.concat([path, nul]), atSymlinkNoFollow, statxBasic, into)
    return orErrno(koffi, answer)
  }
  return {
    statx: (path, into) => call(atCurrentDirectory, path, into),
    statxAt: (directoryFd, name, into) => call(directoryFd, fsPathOf(name), into),
  }
}

/** In the C library since glibc 2.30 (2019). */
const bindReadDirectory = (
  koffi: Koffi,
  library: ReturnType<Koffi['load']>,
): NativeCalls['readDirectory'] => {
  try {
    const call = library.func('getdents64', 'int64', ['int', bytes, 'uint64'])
    return (directoryFd, into) => orErrno(koffi, Number(call(directoryFd, into, into.length)))
  } catch {
    return undefined
  }
}

/** These two are called for every file that is read, so without the detour too. */
const bindStatxOfFd = (koffi: Koffi, library: ReturnType<Koffi['load']>): NativeCalls['statxOfFd'] => {
  const call = library.func('statx', 'int', ['int', 'const char *', 'int', 'uint32', bytes])
  return (fd, into) => orErrno(koffi, call(fd, '', atEmptyPath, statxBasic, into))
}

const bindXattrListSize = (
  koffi: Koffi,
  library: ReturnType<Koffi['load']>,
): NativeCalls['xattrListSizeOfFd'] => {
  // The buffer is NULL; declared as a number, it need not be converted.
  const call = library.func('flistxattr', 'int64', ['int', 'uint64', 'uint64'])
  return (fd) => orErrno(koffi, call(fd, 0, 0))
}

/** Called for every file that is restored; as `bindStatx`. */
const bindNewFiles = (koffi: Koffi, library: ReturnType<Koffi['load']>) => {
  const openText = library.func('openat', 'int', ['int', 'const char *', 'int', 'uint32'])
  const openBytes = library.func('openat', 'int', ['int', bytes, 'int', 'uint32'])
  const closeFd = library.func('close', 'int', ['int'])
  const setTimes = library.func('futimens', 'int', ['int', bytes])
  return {
    openAt: (directoryFd: number, name: ByteString, flags: number, mode: number): number => {
      const text = fsPathOf(name)
      const answer: number =
        typeof text === 'string'
          ? openText(directoryFd, text, flags, mode)
          : openBytes(directoryFd, terminated(name), flags, mode)
      return orErrno(koffi, answer)
    },
    close: (fd: number): number => orErrno(koffi, closeFd(fd)),
    setTimesOfFd: (fd: number, times: Uint8Array): number => orErrno(koffi, setTimes(fd, times)),
  }
}

const mmapThreshold = -3

/** In glibc; other C libraries have no such threshold. */
const bindMapMemoryFrom = (library: ReturnType<Koffi['load']>): NativeCalls['mapMemoryFrom'] => {
  try {
    const call = library.func('mallopt', 'int', ['int', 'int'])
    return (sizeBytes) => {
      call(mmapThreshold, sizeBytes)
    }
  } catch {
    return undefined
  }
}

const nul = Buffer.of(0)

/** The exact bytes and the terminating NUL, as C wants a string. */
const terminated = (value: ByteString): Buffer => Buffer.from(`${value}\0`, 'latin1')
