import { randomBytes } from 'node:crypto'
import type { Backend } from '../backend/backend.js'
import { openLocation } from '../backend/open-location.js'
import type { ChunkLevel } from '../chunking/parameters.js'
import { compressionLevel, type compressionLevels } from '../compression/codec.js'
import { VarveError } from '../errors.js'
import {
  defaultCacheDirectory,
  removeTemporaryCache,
  temporaryCacheDirectory,
} from '../filesystem/cache-directory.js'
import { cpuCount } from '../filesystem/host.js'
import type { BackupOptions } from '../operations/backup/backup-options.js'
import { Store } from '../repository/store.js'
import { type Secret, slotSecretOf } from './secret.js'

export interface OpenOptions {
  /** The path of a folder, or `file:` and a path. */
  readonly location: string
  /** A function is asked only once a repository was found at the location. */
  readonly secret: Secret | (() => Promise<Secret>)
  /** Where this machine keeps its copy of the index; default: `varve` in the user's cache directory. */
  readonly cacheDirectory?: string
  /** Keep the copy of the index only until the repository is closed. */
  readonly noCache?: boolean
  /** Threads that do the work; default: one for each processor. */
  readonly workers?: number
  /** Of what is written. Default: zstd level 3. */
  readonly compression?: keyof typeof compressionLevels | number
  /** Hears of damage that was got round: what is damaged, and the next step. */
  readonly onWarning?: (text: string) => void
  /**
   * What will be given to `backup` next, the very same object: its paths are looked through while a key is derived from a password,
   * which takes half a second.
   */
  readonly nextBackup?: BackupOptions
}

export interface InitOptions extends OpenOptions {
  /** Also make a recovery key. */
  readonly recoveryKey?: boolean
  /** How the average chunk size grows with the offset in a file; see docs/FORMAT.md §4.2. */
  readonly chunkSize?: readonly ChunkLevel[]
  /** What the first key is called in `key list`. */
  readonly label?: string
}

export const openBackend = (location: string, create: boolean): Promise<Backend> =>
  openLocation(location, { randomBytes, create })

/** Opens the store at the location. `onSecret` hears what `StoreOptions.onSecret` does, and where the storage is. */
export const openStore = async (
  options: OpenOptions,
  onSecret?: (cacheFolder: string, location: string) => void,
): Promise<Store> => {
  const backend = await openBackend(options.location, false)
  const { secret } = options
  const cacheDirectory = options.noCache
    ? temporaryCacheDirectory()
    : (options.cacheDirectory ?? defaultCacheDirectory())
  try {
    return await Store.open({
      backend,
      secret: async () => slotSecretOf(typeof secret === 'function' ? await secret() : secret),
      cacheDirectory,
      compressionLevel: compressionLevel(options.compression ?? 'default'),
      workers: threadsOf(options.workers),
      now: currentTimeNs,
      random: randomBytes,
      onWarning: options.onWarning,
      onClosed: () => removeTemporaryCache(cacheDirectory),
      onSecret: (cacheFolder) => onSecret?.(cacheFolder, backend.location),
    })
  } catch (error) {
    await backend[Symbol.asyncDispose]()
    removeTemporaryCache(cacheDirectory)
    throw error
  }
}

/** Errors: `invalid-argument`. */
export const threadsOf = (workers: number | undefined): number => {
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1))
    throw new VarveError('invalid-argument', `workers must be a whole number from 1 on, not ${workers}`)
  return workers ?? cpuCount()
}

/** The clock of this machine, in nanoseconds since 1970 and as fine as Node tells. */
export const currentTimeNs = (): bigint => BigInt(Date.now()) * 1_000_000n
