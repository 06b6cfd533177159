import fs from 'node:fs'
import type { ByteString } from '../bytes/byte-string.js'
import { loadedNativeCalls } from './native.js'
import { withReachablePath } from './reachable-path.js'
import {
  deviceOf,
  enosys,
  type FileType,
  formatOf,
  little,
  type Stat,
  statOfBig,
  statxBytes,
  typeOf,
} from './stat.js'
import { systemError } from './system-error.js'
import type { FoundName } from './walk-filter.js'

/** 32-bit words of one file's attributes; of 64 bits the low half comes first. */
const wordsPerStat = 20
const word = {
  links: 0,
  uid: 1,
  gid: 2,
  mode: 3,
  inode: 4,
  size: 6,
  blocks: 8,
  mtime: 10,
  mtimeNs: 12,
  ctime: 13,
  ctimeNs: 15,
  device: 16,
  deviceNumber: 18,
}

/**
 * What lstat says of many files, 80 bytes each: as a walk gathers it, a thread hands it on, and a backup compares it. No
 * object and no BigInt is made until somebody asks (docs/PERFORMANCE.md, Unchanged backup).
 */
export class StatColumns {
  readonly words: Uint32Array

  constructor(capacity: number)
  constructor(words: Uint32Array)
  constructor(given: number | Uint32Array) {
    this.words = typeof given === 'number' ? new Uint32Array(wordsPerStat * given) : given
  }

  get capacity(): number {
    return this.words.length / wordsPerStat
  }

  /** As lstatOf. Errors: the system's. */
  lstat(index: number, path: ByteString): void {
    withReachablePath(path, (_, fsPath) => this.#lstat(index, path, fsPath))
  }

  /** The same of a name in an open directory, by the native calls. */
  lstatAt(index: number, directoryFd: number, found: FoundName): void {
    const answer = loadedNativeCalls()!.statxAt(directoryFd, found.name, statxBytes)
    if (answer >= 0) this.#takeStatx(index)
    else if (answer === -enosys) this.lstat(index, found.path)
    else throw systemError('lstat', -answer, found.path)
  }

  /** As statOf: follows symbolic links. */
  stat(index: number, path: ByteString): void {
    withReachablePath(path, (_, fsPath) => this.set(index, statOfBig(fs.statSync(fsPath, { bigint: true }))))
  }

  set(index: number, stat: Stat): void {
    const { words } = this
    const at = wordsPerStat * index
    words[at + word.links] = stat.links
    words[at + word.uid] = stat.uid
    words[at + word.gid] = stat.gid
    words[at + word.mode] = stat.mode | (formatOf(stat.type) << 12)
    this.#set64(at + word.inode, stat.inode)
    this.#set64(at + word.size, BigInt(stat.sizeBytes))
    this.#set64(at + word.blocks, BigInt(stat.allocatedBytes / 512))
    this.#setTime(at + word.mtime, stat.mtimeNs)
    this.#setTime(at + word.ctime, stat.ctimeNs)
    this.#setDevice(at + word.device, stat.device)
    this.#setDevice(at + word.deviceNumber, stat.deviceNumber)
  }

  #lstat(index: number, path: ByteString, fsPath: string | Buffer): void {
    const answer = loadedNativeCalls()?.statx(fsPath, statxBytes) ?? -enosys
    if (answer >= 0) this.#takeStatx(index)
    else if (answer === -enosys) this.set(index, statOfBig(fs.lstatSync(fsPath, { bigint: true })))
    else throw systemError('lstat', -answer, path)
  }

  /** struct statx by words: linux/stat.h. */
  #takeStatx(index: number): void {
    const { words } = this
    const at = wordsPerStat * index
    words[at + word.links] = statx[0x10 / 4]!
    words[at + word.uid] = statx[0x14 / 4]!
    words[at + word.gid] = statx[0x18 / 4]!
    words[at + word.mode] = little ? statx[0x1c / 4]! & 0xffff : statx[0x1c / 4]! >>> 16
    words[at + word.inode] = statx[0x20 / 4 + low]!
    words[at + word.inode + 1] = statx[0x20 / 4 + high]!
    words[at + word.size] = statx[0x28 / 4 + low]!
    words[at + word.size + 1] = statx[0x28 / 4 + high]!
    words[at + word.blocks] = statx[0x30 / 4 + low]!
    words[at + word.blocks + 1] = statx[0x30 / 4 + high]!
    words[at + word.mtime] = statx[0x70 / 4 + low]!
    words[at + word.mtime + 1] = statx[0x70 / 4 + high]!
    words[at + word.mtimeNs] = statx[0x78 / 4]!
    words[at + word.ctime] = statx[0x60 / 4 + low]!
    words[at + word.ctime + 1] = statx[0x60 / 4 + high]!
    words[at + word.ctimeNs] = statx[0x68 / 4]!
    words[at + word.device] = statx[0x88 / 4]!
    words[at + word.device + 1] = statx[0x8c / 4]!
    words[at + word.deviceNumber] = statx[0x80 / 4]!
    words[at + word.deviceNumber + 1] = statx[0x84 / 4]!
  }

  #set64(at: number, value: bigint): void {
    this.words[at] = Number(BigInt.asUintN(32, value))
    this.words[at + 1] = Number(BigInt.asUintN(32, value >> 32n))
  }

  #setTime(at: number, ns: bigint): void {
    const nanoseconds = ((ns % nsPerSecond) + nsPerSecond) % nsPerSecond
    this.#set64(at, (ns - nanoseconds) / nsPerSecond)
    this.words[at + 2] = Number(nanoseconds)
  }

  /** Major and minor number, the reverse of deviceOf. */
  #setDevice(at: number, device: bigint): void {
    this.words[at] = Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n))
    this.words[at + 1] = Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n))
  }
}

const nsPerSecond = 1_000_000_000n
const statx = new Uint32Array(statxBytes.buffer)
const low = little ? 0 : 1
const high = 1 - low

/** One file of StatColumns. Seconds and nanoseconds stand beside the BigInts that most never ask for. */
export class StatOfColumns implements Stat {
  readonly #words: Uint32Array
  readonly #at: number

  constructor({ words }: StatColumns, index: number) {
    this.#words = words
    this.#at = wordsPerStat * index
  }

  get type(): FileType {
    return typeOf(this.#words[this.#at + word.mode]!)
  }

  get mode(): number {
    return this.#words[this.#at + word.mode]! & 0o7777
  }

  get uid(): number {
    return this.#words[this.#at + word.uid]!
  }

  get gid(): number {
    return this.#words[this.#at + word.gid]!
  }

  get links(): number {
    return this.#words[this.#at + word.links]!
  }

  get sizeBytes(): number {
    return this.#number(word.size)
  }

  get allocatedBytes(): number {
    return this.#number(word.blocks) * 512
  }

  /** Whole seconds since 1970, rounded down. */
  get mtimeSeconds(): number {
    return this.#seconds(word.mtime)
  }

  get mtimeNanoseconds(): number {
    return this.#words[this.#at + word.mtimeNs]!
  }

  get ctimeSeconds(): number {
    return this.#seconds(word.ctime)
  }

  get ctimeNanoseconds(): number {
    return this.#words[this.#at + word.ctimeNs]!
  }

  get mtimeNs(): bigint {
    return BigInt(this.mtimeSeconds) * nsPerSecond + BigInt(this.mtimeNanoseconds)
  }

  get ctimeNs(): bigint {
    return BigInt(this.ctimeSeconds) * nsPerSecond + BigInt(this.ctimeNanoseconds)
  }

  get inode(): bigint {
    const at = this.#at + word.inode
    return (BigInt(this.#words[at + 1]!) << 32n) | BigInt(this.#words[at]!)
  }

  /** The low 53 bits of the inode number. */
  get inode53(): number {
    const at = this.#at + word.inode
    return (this.#words[at + 1]! & 0x1fffff) * 2 ** 32 + this.#words[at]!
  }

  get device(): bigint {
    return this.#device(word.device)
  }

  get deviceNumber(): bigint {
    return this.#device(word.deviceNumber)
  }

  #number(field: number): number {
    return this.#words[this.#at + field + 1]! * 2 ** 32 + this.#words[this.#at + field]!
  }

  #seconds(field: number): number {
    return (this.#words[this.#at + field + 1]! | 0) * 2 ** 32 + this.#words[this.#at + field]!
  }

  #device(field: number): bigint {
    return deviceOf(this.#words[this.#at + field]!, this.#words[this.#at + field + 1]!)
  }
}
