import fs from 'node:fs'
import type { ByteString } from '../bytes/byte-string.js'
import { loadedNativeCalls } from './native.js'
import { withReachablePath } from './reachable-path.js'
import { systemError } from './system-error.js'

export type FileType = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'char-device' | 'block-device'

/** What lstat says, as a plain record of one shape. Times are nanoseconds since 1970, negative before it. */
export interface Stat {
  readonly type: FileType
  /** The twelve permission bits, setuid, setgid and sticky among them. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly sizeBytes: number
  /** What is allocated on the disk; less than the size where there are holes. */
  readonly allocatedBytes: number
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly inode: bigint
  readonly links: number
  /** The device that the file lies on (st_dev). */
  readonly device: bigint
  /** The device that a device node stands for (st_rdev), 0 for everything else. */
  readonly deviceNumber: bigint
}

/**
 * Never follows a symbolic link. Uses statx where the native calls are loaded: 1.5 to 2 times faster than fs.lstatSync.
 * @throws NodeJS.ErrnoException, for example ENOENT
 */
export const lstatOf = (path: ByteString): Stat => withReachablePath(path, lstatReachable)

/** Follows symbolic links. */
export const statOf = (path: ByteString): Stat =>
  withReachablePath(path, (_, fsPath) => statOfBig(fs.statSync(fsPath, { bigint: true })))

/** Half the cost of fs.fstatSync, which makes four Date objects, where the native calls are loaded. */
export const fstatOf = (fd: number): Stat => {
  const answer = loadedNativeCalls()?.statxOfFd(fd, statxBytes) ?? -enosys
  if (answer >= 0) return statOfStatx()
  if (answer === -enosys) return statOfBig(fs.fstatSync(fd, { bigint: true }))
  throw systemError('fstat', -answer, undefined)
}

const lstatReachable = (path: ByteString, fsPath: string | Buffer): Stat => {
  const native = loadedNativeCalls()
  if (native === undefined) return statOfBig(fs.lstatSync(fsPath, { bigint: true }))
  const answer = native.statx(fsPath, statxBytes)
  if (answer >= 0) return statOfStatx()
  if (answer === -enosys) return statOfBig(fs.lstatSync(fsPath, { bigint: true }))
  throw systemError('lstat', -answer, path)
}

/** Some containers forbid statx by a seccomp filter that answers ENOSYS. */
export const enosys = 38

const typesByFormat: (FileType | undefined)[] = []
typesByFormat[0o01] = 'fifo'
typesByFormat[0o02] = 'char-device'
typesByFormat[0o04] = 'directory'
typesByFormat[0o06] = 'block-device'
typesByFormat[0o10] = 'file'
typesByFormat[0o12] = 'symlink'
typesByFormat[0o14] = 'socket'

/** Of st_mode; what no system call gives counts as a file. */
export const typeOf = (mode: number): FileType => typesByFormat[(mode >> 12) & 0o17] ?? 'file'

/** The format bits that mean a type. */
export const formatOf = (type: FileType): number => typesByFormat.indexOf(type)

export const statOfBig = (stat: fs.BigIntStats): Stat => ({
  type: typeOf(Number(stat.mode)),
  mode: Number(stat.mode) & 0o7777,
  uid: Number(stat.uid),
  gid: Number(stat.gid),
  sizeBytes: Number(stat.size),
  allocatedBytes: Number(stat.blocks) * 512,
  mtimeNs: stat.mtimeNs,
  ctimeNs: stat.ctimeNs,
  inode: stat.ino,
  links: Number(stat.nlink),
  device: stat.dev,
  deviceNumber: stat.rdev,
})

/** What the last statx call gave. */
export const statxBytes = new Uint8Array(256)
const statx = new DataView(statxBytes.buffer)
export const little = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Offsets of struct statx, which is the same on every architecture: linux/stat.h. */
const statOfStatx = (): Stat => {
  const mode = statx.getUint16(0x1c, little)
  return {
    type: typeOf(mode),
    mode: mode & 0o7777,
    uid: statx.getUint32(0x14, little),
    gid: statx.getUint32(0x18, little),
    sizeBytes: uint64At(0x28),
    allocatedBytes: uint64At(0x30) * 512,
    mtimeNs: timeAt(0x70),
    ctimeNs: timeAt(0x60),
    inode: statx.getBigUint64(0x20, little),
    links: statx.getUint32(0x10, little),
    device: deviceOf(statx.getUint32(0x88, little), statx.getUint32(0x8c, little)),
    deviceNumber: deviceOf(statx.getUint32(0x80, little), statx.getUint32(0x84, little)),
  }
}

/** Reads 64 bits as a number: no file is larger than 2^53 bytes. */
const uint64At = (offset: number): number =>
  statx.getUint32(offset + (little ? 0 : 4), little) +
  statx.getUint32(offset + (little ? 4 : 0), little) * 2 ** 32

const timeAt = (offset: number): bigint =>
  statx.getBigInt64(offset, little) * 1_000_000_000n + BigInt(statx.getUint32(offset + 8, little))

/** A device as one number, in the packing of libc's makedev, so that both ways of asking agree. */
export const deviceOf = (major: number, minor: number): bigint => {
  if (major === 0 && minor < 256) return BigInt(minor)
  const high = (BigInt((major & 0xfffff000) >>> 0) << 32n) | (BigInt((minor & 0xffffff00) >>> 0) << 12n)
  return BigInt.asUintN(64, high | (BigInt(major & 0xfff) << 8n) | BigInt(minor & 0xff))
}
