import { constants, type PathLike } from 'node:fs'
import { copyFile, link, lstat, open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { BackendError, CorruptError, VarveError } from '../errors.js'
import type { DirectorySync } from './directory-sync.js'
import { errnoOf, tolerating, writeFailure } from './file-system-error.js'
import type { FolderKeeper } from './folder-keeper.js'
import { type ObjectPlace, temporaryBase } from './local-layout.js'
import { dropTemporary, openTemporary, type TemporaryFile, writeWhole } from './temporary-file.js'

export interface PublisherParts {
  readonly folders: FolderKeeper
  readonly directories: DirectorySync
  readonly randomBytes: (sizeBytes: number) => Uint8Array
}

/** How a file becomes an object: atomically, never in place of another, durably. */
export class LocalPublisher {
  constructor(private readonly parts: PublisherParts) {}

  /** A temporary in an existing durable folder. Rejects with VarveError. */
  async openTemporary(folder: string, what: string): Promise<TemporaryFile> {
    try {
      await this.parts.folders.ensure(folder)
      return await openTemporary(folder, this.parts.randomBytes)
    } catch (error) {
      throw this.#failure(error, what)
    }
  }

  async create(name: string, place: ObjectPlace, parts: readonly Uint8Array[]): Promise<void> {
    const temporary = await this.openTemporary(place.stagingFolder, name)
    try {
      await writeWhole(temporary.handle, parts)
    } catch (error) {
      await dropTemporary(temporary)
      throw this.#failure(error, name)
    }
    await this.publish(temporary, name, place)
  }

  /**
   * 1. The file has the size it must have, where the caller knows it.
   * 2. fsync of the file, once: after a failed one the kernel may count the lost pages as clean, and a second would
   *    succeed without them (the "fsyncgate" finding of PostgreSQL, 2018).
   * 3. link to the final name, which fails if the name is taken; rename would replace.
   * 4. fsync of the directory. Also if the name was taken: whoever made that object may not have come so far, and our
   *    caller will rely on it.
   * The temporary is gone afterwards in any case.
   */
  async publish(
    temporary: TemporaryFile,
    name: string,
    place: ObjectPlace,
    sizeBytes?: number,
  ): Promise<void> {
    try {
      if (sizeBytes !== undefined) await assertSize(temporary, name, sizeBytes)
      await temporary.handle.sync()
      await temporary.handle.close()
      await this.parts.folders.ensure(place.folder)
      const isNew = await this.#takeName(temporary.path, place)
      await this.#syncEntry(place, isNew)
      if (!isNew) throw alreadyExists(name)
    } catch (error) {
      throw this.#failure(error, name)
    } finally {
      await dropTemporary(temporary)
    }
  }

  /** An entry that could not be made durable is withdrawn, so that a repeated call does not take it for a safe one. */
  async #syncEntry(place: ObjectPlace, isNew: boolean): Promise<void> {
    try {
      await this.parts.directories.sync(place.folder)
    } catch (error) {
      if (isNew) await unlink(place.path).catch(() => undefined)
      throw error
    }
  }

  /** False if the name is taken. */
  async #takeName(from: string, place: ObjectPlace): Promise<boolean> {
    try {
      await link(from, place.path)
      return true
    } catch (error) {
      const errno = errnoOf(error) ?? ''
      if (errno === 'EEXIST') return false
      if (errno === 'EXDEV') return this.#takeNameFromAfar(from, place)
      if (withoutLinks.includes(errno)) return this.#takeNameByClaim(from, place)
      throw error
    }
  }

  /** The object's folder lies on another file system than its temporary: one more copy, then as usual. */
  async #takeNameFromAfar(from: string, place: ObjectPlace): Promise<boolean> {
    const near = await openTemporary(place.folder, this.parts.randomBytes)
    try {
      await copyFile(from, near.path, constants.COPYFILE_FICLONE)
      await near.handle.sync()
      return await this.#takeName(near.path, place)
    } finally {
      await dropTemporary(near)
    }
  }

  /**
   * For file systems without hard links (exFAT, some network ones): whoever creates the claim may rename if the name is
   * free. A claim that a crash left keeps its one name taken until it is cleared away like any temporary.
   */
  async #takeNameByClaim(from: string, place: ObjectPlace): Promise<boolean> {
    const claim = join(place.folder, claimBase(place.path))
    await openClaim(claim, place)
    try {
      if (await exists(place.path)) return false
      await rename(from, place.path)
      return true
    } finally {
      await unlink(claim)
    }
  }

  #failure(error: unknown, what: string): VarveError {
    return writeFailure(error, what, this.parts.folders.root)
  }
}

/** EPERM is what Linux answers where the file system knows no hard links (link(2)). */
const withoutLinks = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK']

const claimBase = (path: string): string => temporaryBase(Buffer.from(path.slice(path.lastIndexOf('/') + 1)))

const openClaim = async (claim: string, place: ObjectPlace): Promise<void> => {
  try {
    await (await open(claim, 'wx', 0o600)).close()
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
    throw new BackendError(
      `${place.path} is being written by another process, or one died while at it`,
      true,
      {
        hint: `If no other process writes to this repository, remove ${claim}.`,
        cause: error,
      },
    )
  }
}

const assertSize = async ({ handle }: TemporaryFile, name: string, sizeBytes: number): Promise<void> => {
  const { size } = await handle.stat()
  if (size !== sizeBytes) {
    throw new CorruptError(name, `its staging file has ${size} bytes, but ${sizeBytes} were written`)
  }
}

const exists = (path: PathLike): Promise<boolean> =>
  tolerating(
    ['ENOENT'],
    lstat(path).then(() => true),
    false,
  )

const alreadyExists = (name: string): VarveError => new VarveError('exists', `${name} exists already`)
