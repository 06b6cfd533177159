import type { ClassicLevel } from 'classic-level'

type Database = ClassicLevel<string, Uint8Array>

/**
 * Small things that this machine remembers of one repository, in LevelDB: which packs cover which root, the highest keyring
 * seen. All of it may be deleted at any time. Where the database cannot be opened (another process has it, a full or
 * read-only disk, damage), nothing is remembered, and the work is done without.
 */
export class LocalState implements AsyncDisposable {
  private constructor(private readonly database: Database | undefined) {}

  static async open(folder: string | undefined): Promise<LocalState> {
    if (folder === undefined) return new LocalState(undefined)
    try {
      const { ClassicLevel } = await import('classic-level')
      const database = new ClassicLevel<string, Uint8Array>(folder, { valueEncoding: 'view' })
      await database.open()
      return new LocalState(database)
    } catch {
      return new LocalState(undefined)
    }
  }

  get isPersistent(): boolean {
    return this.database !== undefined
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.database?.get(key).catch(() => undefined)
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    await this.database?.put(key, value).catch(() => undefined)
  }

  async delete(key: string): Promise<void> {
    await this.database?.del(key).catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.database?.close()
  }
}
