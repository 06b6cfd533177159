import { createHash, type Hash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'

/**
 * Writes a file under a temporary name and renames it to the SHA-256 of its bytes (32 hex digits and a suffix), so that
 * two processes that write the same content make the same file, and a name never stands for anything else.
 */
export class ContentNamedFile {
  readonly #folder: string
  readonly #temporaryPath: string
  readonly #fd: number
  readonly #hash: Hash = createHash('sha256')

  constructor(folder: string) {
    this.#folder = folder
    const { path, fd } = openTemporary(folder)
    this.#temporaryPath = path
    this.#fd = fd
  }

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes)
    writeWhole(this.#fd, bytes)
  }

  /** Makes the file durable and gives its name within the folder. */
  finish(suffix: string): string {
    const name = `${this.#hash.digest('hex').slice(0, 32)}.${suffix}`
    fsyncSync(this.#fd)
    closeSync(this.#fd)
    renameSync(this.#temporaryPath, join(this.#folder, name))
    return name
  }

  /** Gives the file up after a failed write. */
  abandon(): void {
    closeSync(this.#fd)
    unlinkSync(this.#temporaryPath)
  }
}

/**
 * Replaces `folder/name` at once: a reader sees the old bytes or the new ones. `mayReplace` is asked at the last moment,
 * when the new bytes are durable; false leaves the old ones, and is what this function gives then.
 */
export const replaceFile = (
  folder: string,
  name: string,
  bytes: Uint8Array,
  mayReplace: () => boolean,
): boolean => {
  const { path, fd } = openTemporary(folder)
  let replaced = false
  try {
    writeDurably(fd, bytes)
    replaced = mayReplace()
    if (replaced) renameSync(path, join(folder, name))
    return replaced
  } finally {
    if (!replaced) unlinkSync(path)
  }
}

const writeDurably = (fd: number, bytes: Uint8Array): void => {
  try {
    writeWhole(fd, bytes)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

export const TEMPORARY_PREFIX = 'tmp-'

/** No name is given twice, so that whoever follows the calls of a process can tell one file from the next. */
let given = 0

/** The name of a dead process may be taken already: process numbers come again. */
const openTemporary = (folder: string): { path: string; fd: number } => {
  for (;;) {
    const path = join(folder, `${TEMPORARY_PREFIX}${process.pid}-${threadId}-${given++}`)
    try {
      return { path, fd: openSync(path, 'wx', 0o600) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

const writeWhole = (fd: number, bytes: Uint8Array): void => {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done)
}
