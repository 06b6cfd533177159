import { lstat, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { clearTemporaries } from './abandoned-temporaries.js'
import type { Backend, BackendAbilities, ListedObject, ObjectTail } from './backend.js'
import { ConcurrencyGate } from './concurrency-gate.js'
import { DirectorySync } from './directory-sync.js'
import { listFailure, readFailure, tolerating, writeFailure } from './file-system-error.js'
import { FolderKeeper } from './folder-keeper.js'
import { isTemporary, type ObjectPlace, objectPlace } from './local-layout.js'
import { listFoldersOf, listObjects } from './local-list.js'
import { LocalPublisher } from './local-publish.js'
import { assertFolderName, parseObjectName } from './object-name.js'
import { OpenFileCache } from './open-file-cache.js'
import { assertReadableWhole, closeFile, openObjectFile, readExactly, sizeOfRegular } from './regular-file.js'
import { StagedFiles } from './staged-files.js'

/** Files kept open, and calls that hold one: together well below the 1,024 that a process may open by default. */
const openFilesMax = 64
const readsAtOnceMax = 64
const writesAtOnceMax = 64

/** Objects as files below one folder of this machine. Opened by openLocalBackend; never writes unasked. */
export class LocalBackend implements Backend {
  readonly abilities: BackendAbilities = { createOnly: true, strongLists: true, localFiles: true }
  readonly #directories = new DirectorySync()
  readonly #files = new OpenFileCache(openFilesMax)
  readonly #reads = new ConcurrencyGate(readsAtOnceMax)
  readonly #writes = new ConcurrencyGate(writesAtOnceMax)
  readonly #folders: FolderKeeper
  readonly #publisher: LocalPublisher
  readonly #staged: StagedFiles

  /** `location` is the absolute path of an existing folder. */
  constructor(
    readonly location: string,
    randomBytes: (sizeBytes: number) => Uint8Array,
  ) {
    this.#folders = new FolderKeeper(location, this.#directories)
    this.#publisher = new LocalPublisher({
      folders: this.#folders,
      directories: this.#directories,
      randomBytes,
    })
    this.#staged = new StagedFiles(this.#publisher)
  }

  async create(name: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    const place = this.#placeOf(name)
    const parts = data instanceof Uint8Array ? [data] : data
    await this.#writes.pass(() => this.#publisher.create(name, place, parts))
  }

  async openStaging(folder: string): Promise<string> {
    assertFolderName(folder)
    return this.#staged.open(join(this.location, folder))
  }

  async publishStaged(path: string, name: string, sizeBytes: number): Promise<void> {
    await this.#staged.publish(path, name, this.#placeOf(name), sizeBytes)
  }

  async discardStaged(path: string): Promise<void> {
    await this.#staged.discard(path)
  }

  /** Not through the cache: who reads an object whole seldom comes back to it. */
  async read(name: string): Promise<Buffer> {
    const { path } = this.#placeOf(name)
    return this.#reading(name, async () => {
      const file = await openObjectFile(path, name)
      try {
        assertReadableWhole(name, file.sizeBytes)
        return await readExactly(file, name, 0, file.sizeBytes)
      } finally {
        await closeFile(file.fd)
      }
    })
  }

  async readRange(name: string, offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    const { path } = this.#placeOf(name)
    return this.#reading(name, () =>
      this.#files.with(path, name, (file) => readExactly(file, name, offsetBytes, lengthBytes)),
    )
  }

  async readTail(name: string, lengthBytes: number): Promise<ObjectTail> {
    const { path } = this.#placeOf(name)
    return this.#reading(name, () =>
      this.#files.with(path, name, async (file) => {
        const length = Math.min(lengthBytes, file.sizeBytes)
        const bytes = await readExactly(file, name, file.sizeBytes - length, length)
        return { bytes, sizeBytes: file.sizeBytes }
      }),
    )
  }

  localPathOf(name: string): string {
    return this.#placeOf(name).path
  }

  async *list(folder: string): AsyncGenerator<ListedObject> {
    assertFolderName(folder)
    try {
      yield* listObjects(this.location, folder)
    } catch (error) {
      throw listFailure(error, folder, this.location)
    }
  }

  async listFolders(): Promise<string[]> {
    try {
      return await listFoldersOf(this.location)
    } catch (error) {
      throw listFailure(error, 'the folders', this.location)
    }
  }

  async listTop(): Promise<string[]> {
    try {
      return (await readdir(this.location)).filter((entry) => !isTemporary(entry)).sort()
    } catch (error) {
      throw listFailure(error, 'the top', this.location)
    }
  }

  async size(name: string): Promise<number> {
    const { path } = this.#placeOf(name)
    return this.#reading(name, async () => sizeOfRegular(await lstat(path), name))
  }

  async makeDurable(name: string): Promise<void> {
    const { folder } = this.#placeOf(name)
    try {
      await this.#folders.ensure(folder)
      await this.#directories.sync(folder)
    } catch (error) {
      throw writeFailure(error, name, this.location)
    }
  }

  async remove(name: string): Promise<void> {
    const { path, folder } = this.#placeOf(name)
    this.#files.drop(path)
    try {
      await tolerating(['ENOENT'], unlink(path), undefined)
      await tolerating(['ENOENT'], this.#directories.sync(folder), undefined)
    } catch (error) {
      throw writeFailure(error, name, this.location)
    }
  }

  async clearAbandonedTemporaries(olderThanMs: number, nowMs: number): Promise<number> {
    const isInUse = (path: string): boolean => this.#staged.has(path)
    try {
      return await clearTemporaries(this.location, { olderThanMs, nowMs, isInUse })
    } catch (error) {
      throw writeFailure(error, 'the cleaning of temporaries', this.location)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#staged.discardAll()
    await this.#files.close()
  }

  #placeOf(name: string): ObjectPlace {
    return objectPlace(this.location, parseObjectName(name))
  }

  async #reading<T>(name: string, step: () => Promise<T>): Promise<T> {
    try {
      return await this.#reads.pass(step)
    } catch (error) {
      throw readFailure(error, name, this.location)
    }
  }
}
