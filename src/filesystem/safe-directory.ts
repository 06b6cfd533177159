import fs from 'node:fs'
import { type ByteString, bytesOf, fsPathOf, textOf } from '../bytes/byte-string.js'
import { CorruptError, VarveError } from '../errors.js'
import { listNames } from './directory-names.js'
import { nativeCalls } from './native.js'
import { makeSpecialFile, type SpecialFileType } from './special-file.js'
import { lstatOf, type Stat } from './stat.js'
import { errorCodeOf, systemError, writing } from './system-error.js'

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
const newFileFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW

/**
 * An open directory of a restore target. Everything in it is reached as /proc/self/fd/N/name, which the kernel resolves
 * from the directory that was opened: whoever renames directories or puts symbolic links in their place meanwhile, leads
 * nothing astray. Node has no openat; this is the same. Every name is checked, since names come from a repository.
 *
 * Methods throw CorruptError for an impossible name, VarveError 'no-space' or 'read-only', else Node's own error.
 */
export class SafeDirectory implements Disposable {
  readonly fd: number
  /** Where the directory was when it was opened, for messages. */
  readonly path: ByteString

  private constructor(fd: number, path: ByteString) {
    this.fd = fd
    this.path = path
  }

  /** Opens the target that a user named; up to here symbolic links are followed. */
  static open(path: ByteString): SafeDirectory {
    return new SafeDirectory(fs.openSync(fsPathOf(path), O_RDONLY | O_DIRECTORY), path)
  }

  /** A directory that somebody else holds open, and closes: `close` must not be called. */
  static heldBy(fd: number): SafeDirectory {
    return new SafeDirectory(fd, '' as ByteString)
  }

  /** A path of this directory itself, that leads nowhere else as long as it is open. */
  get here(): ByteString {
    return `/proc/self/fd/${this.fd}/.` as ByteString
  }

  close(): void {
    fs.closeSync(this.fd)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** The path of an entry through the open directory, good as long as this is open. Unlike `path` it cannot be tricked. */
  reach(name: ByteString): ByteString {
    checkName(name)
    return `/proc/self/fd/${this.fd}/${name}` as ByteString
  }

  /**
   * Opens a directory in this one; with `create` it is made (mode 0700) where it is absent.
   * @throws VarveError 'in-the-way' when something else, a symbolic link for example, has the name
   */
  openDirectory(name: ByteString, { create }: { readonly create: boolean }): SafeDirectory {
    if (create) this.#createDirectory(name)
    const path = this.#pathOf(name)
    try {
      return new SafeDirectory(
        fs.openSync(fsPathOf(this.reach(name)), O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
        path,
      )
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOTDIR' && errorCodeOf(error) !== 'ELOOP') throw error
      throw new VarveError('in-the-way', `${textOf(path)} is no directory`, { cause: error })
    }
  }

  /** Creates a file (mode 0600) that must not exist yet; returns a descriptor open for writing. */
  createFile(name: ByteString): number {
    return this.#write(name, (fsPath) => fs.openSync(fsPath, newFileFlags, 0o600))
  }

  /**
   * Creates a file that must not exist yet, with few rights for as long as it is not complete; returns a descriptor open for
   * writing. It must be closed with `closeNewFile`: where native code is at hand it is made by openat, which takes two
   * thirds of the time of a path through /proc (bench: docs/PERFORMANCE.md, Restore).
   */
  createNewFile(name: ByteString, mode: number): number {
    checkName(name)
    const native = nativeCalls()
    if (native === undefined) return this.#write(name, (fsPath) => fs.openSync(fsPath, newFileFlags, mode))
    const fd = native.openAt(this.fd, name, newFileFlags, mode)
    if (fd >= 0) return fd
    return this.#write(name, () => {
      throw systemError('openat', -fd, name)
    })
  }

  /** Opens an existing file for reading, to compare it; never through a symbolic link, never waiting for a fifo. */
  openFile(name: ByteString): number {
    return fs.openSync(fsPathOf(this.reach(name)), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  }

  /** Puts an entry in the place of another, in this directory or one on the same file system. */
  rename(name: ByteString, to: SafeDirectory, newName: ByteString): void {
    const target = fsPathOf(to.reach(newName))
    this.#write(name, (fsPath) => fs.renameSync(fsPath, target))
  }

  createSymlink(name: ByteString, target: ByteString): void {
    this.#write(name, (fsPath) => fs.symlinkSync(bytesOf(target), fsPath))
  }

  /** Gives the entry a second name. A symbolic link is linked itself, not what it points to. */
  createLink(name: ByteString, to: SafeDirectory, newName: ByteString): void {
    const target = fsPathOf(to.reach(newName))
    this.#write(name, (fsPath) => fs.linkSync(fsPath, target))
  }

  /** Creates a fifo, socket or device node (mode 0600) that must not exist yet. @throws VarveError 'native-missing' */
  createSpecial(name: ByteString, type: SpecialFileType, deviceNumber: bigint): void {
    const reached = this.reach(name)
    writing(this.#pathOf(name), () => makeSpecialFile(reached, type, deviceNumber))
  }

  /** Removes anything but a directory. */
  unlink(name: ByteString): void {
    this.#write(name, (fsPath) => fs.unlinkSync(fsPath))
  }

  removeDirectory(name: ByteString): void {
    this.#write(name, (fsPath) => fs.rmdirSync(fsPath))
  }

  /** Undefined if there is no such entry. */
  lstat(name: ByteString): Stat | undefined {
    try {
      return lstatOf(this.reach(name))
    } catch (error) {
      if (errorCodeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  readSymlink(name: ByteString): ByteString {
    return fs.readlinkSync(fsPathOf(this.reach(name)), 'latin1') as ByteString
  }

  /** All names, sorted bytewise. */
  list(): ByteString[] {
    return listNames(`/proc/self/fd/${this.fd}` as ByteString)
  }

  #createDirectory(name: ByteString): void {
    try {
      this.#write(name, (fsPath) => fs.mkdirSync(fsPath, 0o700))
    } catch (error) {
      if (errorCodeOf(error) !== 'EEXIST') throw error
    }
  }

  #write<Result>(name: ByteString, call: (fsPath: string | Buffer) => Result): Result {
    const fsPath = fsPathOf(this.reach(name))
    return writing(this.#pathOf(name), () => call(fsPath))
  }

  #pathOf(name: ByteString): ByteString {
    return (this.path.endsWith('/') ? this.path + name : `${this.path}/${name}`) as ByteString
  }
}

/**
 * Closes what `createNewFile` opened, by the same door: Node warns of a descriptor that it closes in a thread and did not
 * open there. A failure to write that shows only now (NFS, quota) is thrown.
 */
export const closeNewFile = (fd: number): void => {
  const native = nativeCalls()
  if (native === undefined) fs.closeSync(fd)
  else {
    const answer = native.close(fd)
    if (answer < 0) throw systemError('close', -answer, undefined)
  }
}

/** A name that could lead out of its directory, or that no file system can hold. */
const checkName = (name: ByteString): void => {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
    throw new CorruptError('tree', `${JSON.stringify(textOf(name))} is no file name`)
}
