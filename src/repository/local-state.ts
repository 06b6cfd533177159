import type { ClassicLevel } from 'classic-level'

type Database = ClassicLevel<string, Uint8Array>

/**
 * Small things that this machine remembers of one repository, in LevelDB: which packs cover which root, the highest keyring
 * seen. All of it may be deleted at any time. Where the database cannot be opened (another process has it, a full or
 * read-only disk), nothing is remembered, and the work is done without. A damaged one is thrown away and made anew.
 */
export class LocalState implements AsyncDisposable {
  #isDamaged = false

  private constructor(
    private readonly folder: string | undefined,
    private readonly database: Database | undefined,
  ) {}

  static async open(folder: string | undefined): Promise<LocalState> {
    if (folder === undefined) return new LocalState(undefined, undefined)
    try {
      return new LocalState(folder, await openDatabase(folder))
    } catch (error) {
      if (!isDamage(error)) return new LocalState(folder, undefined)
    }
    try {
      await destroy(folder)
      return new LocalState(folder, await openDatabase(folder))
    } catch {
      return new LocalState(folder, undefined)
    }
  }

  get isPersistent(): boolean {
    return this.database !== undefined
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#attempt((database) => database.get(key), isUnreadable)
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    await this.#attempt((database) => database.put(key, value))
  }

  async delete(key: string): Promise<void> {
    await this.#attempt((database) => database.del(key))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.database?.close()
    if (this.#isDamaged && this.folder !== undefined) await destroy(this.folder).catch(() => undefined)
  }

  async #attempt<T>(
    step: (database: Database) => Promise<T>,
    isSignOfDamage = isDamage,
  ): Promise<T | undefined> {
    if (this.database === undefined) return undefined
    try {
      return await step(this.database)
    } catch (error) {
      this.#isDamaged ||= isSignOfDamage(error)
      return undefined
    }
  }
}

const openDatabase = async (folder: string): Promise<Database> => {
  const { ClassicLevel } = await import('classic-level')
  const database = new ClassicLevel<string, Uint8Array>(folder, { valueEncoding: 'view' })
  await database.open()
  return database
}

/** Removes LevelDB's own files, and no others. */
const destroy = async (folder: string): Promise<void> => {
  const { ClassicLevel } = await import('classic-level')
  await ClassicLevel.destroy(folder)
}

/** What LevelDB says of what it cannot parse, and of a file of its own that is gone; an error of `open` has it as its cause. */
const isDamage = (error: unknown): boolean => {
  const { code, cause, message } = error as { code?: unknown; cause?: unknown; message?: string }
  if (code === 'LEVEL_CORRUPTION') return true
  if (code === 'LEVEL_IO_ERROR') return message?.includes('No such file') === true
  return cause !== undefined && cause !== null && isDamage(cause)
}

/** A file that ends too early is an error of reading, where nothing but damage can be behind it. */
const isUnreadable = (error: unknown): boolean =>
  isDamage(error) || (error as { code?: unknown }).code === 'LEVEL_IO_ERROR'
