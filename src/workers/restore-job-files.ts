import { ftruncateSync } from 'node:fs'
import type { ByteString } from '../bytes/byte-string.js'
import { closeFile } from '../filesystem/read-file.js'
import { closeNewFile, SafeDirectory } from '../filesystem/safe-directory.js'
import { writing } from '../filesystem/system-error.js'
import { setAttributes, setPlainAttributes } from './restore-file.js'
import { type FileAttributeFailure, type FileTable, FileWay, fileColumns } from './restore-jobs.js'
import { unfinishedMode } from './restore-temporary.js'

const notOpen = -1
const ended = -2

/**
 * The files of one job: each is opened with its first piece and finished with its last. Complete with its attributes before it
 * gets its name, or before it loses the mode that says that it is not.
 */
export class JobFiles {
  readonly attributeFailures: FileAttributeFailure[] = []
  readonly #names: Buffer
  readonly #fds: Int32Array
  /** Pieces still to come. */
  readonly #left: Int32Array
  /** End of what was written. */
  readonly #ends: Float64Array
  readonly #temporaries = new Map<number, ByteString>()
  readonly #olds = new Map<number, number>()
  #failed: Set<number> | undefined
  /** The one used last: the main thread holds all directories of a job open. */
  #directory = SafeDirectory.heldBy(-1)

  constructor(
    private readonly table: FileTable,
    private readonly nextTemporary: () => ByteString,
  ) {
    const count = table.nameEnds.length
    this.#names = Buffer.from(table.names.buffer, table.names.byteOffset, table.names.length)
    this.#fds = new Int32Array(count).fill(notOpen)
    this.#ends = new Float64Array(count)
    this.#left = Int32Array.from({ length: count }, (_, file) => table.numbers[file * fileColumns + 2]!)
  }

  hasFailed(file: number): boolean {
    return this.#failed?.has(file) ?? false
  }

  /** A descriptor to write to. */
  open(file: number): number {
    const known = this.#fds[file]!
    if (known !== notOpen) return known
    const { numbers } = this.table
    const row = file * fileColumns
    const fd = numbers[row + 4] === FileWay.open ? numbers[row]! : this.#create(file)
    this.#fds[file] = fd
    return fd
  }

  /** A descriptor of the file that is replaced. */
  old(file: number): number {
    const row = file * fileColumns
    const given = this.table.numbers[row + 1]!
    if (given >= 0) return given
    const known = this.#olds.get(file)
    if (known !== undefined) return known
    const fd = this.#directoryOf(row).openFile(this.#nameOf(file))
    this.#olds.set(file, fd)
    return fd
  }

  /** `end`: where in the file the last of these pieces ends. */
  wrote(file: number, pieces: number, end: number): void {
    if (end > this.#ends[file]!) this.#ends[file] = end
    this.#left[file]! -= pieces
    if (this.#left[file] === 0) this.#finish(file)
  }

  /** What was made of it goes. */
  fail(file: number): void {
    this.#failed ??= new Set()
    this.#failed.add(file)
    this.#discard(file)
  }

  /** After an error that ends the job. */
  discardOpen(): void {
    for (let file = 0; file < this.#fds.length; file++) this.#discard(file)
  }

  #create(file: number): number {
    const row = file * fileColumns
    const directory = this.#directoryOf(row)
    if (this.table.numbers[row + 4] === FileWay.direct)
      return directory.createNewFile(this.#nameOf(file), unfinishedMode)
    const temporary = this.nextTemporary()
    const fd = directory.createNewFile(temporary, unfinishedMode)
    this.#temporaries.set(file, temporary)
    return fd
  }

  #finish(file: number): void {
    const row = file * fileColumns
    const { numbers } = this.table
    if (numbers[row + 4] === FileWay.open) return
    const fd = this.#fds[file]!
    const sizeBytes = numbers[row + 3]!
    if (this.#ends[file]! < sizeBytes) writing(noPath, () => ftruncateSync(fd, sizeBytes))
    this.#setAttributes(fd, file)
    this.#closeOld(file)
    this.#fds[file] = ended
    try {
      closeNewFile(fd)
      if (numbers[row + 4] === FileWay.direct) return
      const directory = this.#directoryOf(row)
      directory.rename(this.#temporaries.get(file)!, directory, this.#nameOf(file))
    } catch (error) {
      this.#unlink(file)
      throw error
    }
  }

  #setAttributes(fd: number, file: number): void {
    const { numbers, mtimes, xattrs: allXattrs } = this.table
    const row = file * fileColumns
    const mode = numbers[row + 5]!
    const uid = numbers[row + 6]!
    const gid = numbers[row + 7]!
    const mtimeNs = mtimes[file]!
    const xattrs = allXattrs.get(file)
    if (uid === -1 && gid === -1 && xattrs === undefined && setPlainAttributes(fd, mode, mtimeNs)) return
    setAttributes(fd, file, { mode, uid, gid, mtimeNs, xattrs }, this.attributeFailures)
  }

  #discard(file: number): void {
    const fd = this.#fds[file]!
    this.#fds[file] = ended
    this.#closeOld(file)
    if (fd < 0 || this.table.numbers[file * fileColumns + 4] === FileWay.open) return
    closeNewFile(fd)
    this.#unlink(file)
  }

  /** What went wrong before is what must be told; the next restore removes what stays. */
  #unlink(file: number): void {
    try {
      this.#directoryOf(file * fileColumns).unlink(this.#temporaries.get(file) ?? this.#nameOf(file))
    } catch {}
  }

  #closeOld(file: number): void {
    const fd = this.#olds.get(file)
    if (fd === undefined) return
    this.#olds.delete(file)
    closeFile(fd)
  }

  #nameOf(file: number): ByteString {
    const { nameEnds } = this.table
    return this.#names.toString('latin1', file === 0 ? 0 : nameEnds[file - 1], nameEnds[file]) as ByteString
  }

  #directoryOf(row: number): SafeDirectory {
    const fd = this.table.numbers[row]!
    if (this.#directory.fd !== fd) this.#directory = SafeDirectory.heldBy(fd)
    return this.#directory
  }
}

const noPath = '' as ByteString
