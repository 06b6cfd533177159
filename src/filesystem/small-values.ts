import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { makeFolders } from './make-folders.js'

const checksumBytes = 32

/**
 * Small things that this machine remembers, a file for each in one folder. All of them may be deleted at any time. A value is
 * replaced at once: whoever reads, in this process or another, has the old one or the new one. It is not forced to the disk:
 * after a power failure it may be the old one, or gone. A damaged one counts as gone, which its checksum tells.
 *
 * Where the folder cannot be read or written (a full or read-only disk, another owner), nothing is remembered.
 */
export class SmallValues {
  constructor(private readonly folder: string) {}

  get(name: string): Uint8Array | undefined {
    const stored = attempt(() => fs.readFileSync(this.#pathOf(name)))
    const value = stored?.subarray(checksumBytes)
    if (value === undefined || !checksumOf(name, value).equals(stored!.subarray(0, checksumBytes)))
      return undefined
    return value
  }

  set(name: string, value: Uint8Array): void {
    attempt(() => {
      makeFolders(this.folder)
      this.#replace(name, Buffer.concat([checksumOf(name, value), value]))
    })
  }

  delete(name: string): void {
    attempt(() => fs.unlinkSync(this.#pathOf(name)))
  }

  #replace(name: string, value: Uint8Array): void {
    const temporary = `${this.#pathOf(name)}.${process.pid}`
    // What a process of the same number left when it was killed is in the way of nobody.
    fs.rmSync(temporary, { force: true })
    try {
      fs.writeFileSync(temporary, value, { flag: 'wx', mode: 0o600 })
      fs.renameSync(temporary, this.#pathOf(name))
    } catch (error) {
      fs.rmSync(temporary, { force: true })
      throw error
    }
  }

  #pathOf(name: string): string {
    assert.match(name, /^[a-z0-9-]{1,128}$/)
    return join(this.folder, name)
  }
}

/** Over the name too, so that a file renamed to another is no value of that name. */
const checksumOf = (name: string, value: Uint8Array): Buffer =>
  createHash('sha256').update(`${name}\0`).update(value).digest()

/** Errors of the file system are the same as nothing remembered; others are bugs. */
const attempt = <T>(step: () => T): T | undefined => {
  try {
    return step()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return undefined
  }
}
