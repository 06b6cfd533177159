import type { BackupOptions } from '../operations/backup/backup-options.js'
import type { LookAhead } from '../operations/backup/look-ahead.js'
import type { Store } from '../repository/store.js'
import { currentTimeNs, type OpenOptions, openStore } from './open-options.js'

/** Looks through the source of the backup that comes next, while the repository is being opened. */
export class NextBackup implements AsyncDisposable {
  #ahead: Promise<LookAhead | undefined> | undefined
  #cacheFolder = ''

  constructor(private readonly options: BackupOptions | undefined) {}

  /** What is wrong with the source the backup itself will say, once the repository is open. */
  begin(cacheFolder: string, location: string): void {
    const { options } = this
    if (options === undefined || options.stdin !== undefined) return
    this.#cacheFolder = cacheFolder
    this.#ahead = import('../operations/backup/look-ahead.js')
      .then(({ lookAhead }) => lookAhead(options, [location, cacheFolder], currentTimeNs))
      .catch(() => undefined)
  }

  /** What was begun for these options, once; nothing where the cache folder turned out to be another one. */
  async take(options: BackupOptions, cacheFolder: string): Promise<LookAhead | undefined> {
    if (options !== this.options) return undefined
    const ahead = await this.#ahead
    this.#ahead = undefined
    if (cacheFolder === this.#cacheFolder) return ahead
    await ahead?.[Symbol.asyncDispose]()
    return undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#ahead)?.[Symbol.asyncDispose]()
  }
}

/** Opens the store, and begins with the source of the backup that comes next, if there is one. */
export const openWithNextBackup = async (options: OpenOptions): Promise<readonly [Store, NextBackup]> => {
  const next = new NextBackup(options.nextBackup)
  try {
    return [await openStore(options, (cacheFolder, location) => next.begin(cacheFolder, location)), next]
  } catch (error) {
    await next[Symbol.asyncDispose]()
    throw error
  }
}
