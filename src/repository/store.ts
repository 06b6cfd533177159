import { join } from 'node:path'
import type { Backend } from '../backend/backend.js'
import { LocalIndex } from '../chunk-index/local-index.js'
import { type Codec, openCodec } from '../compression/codec.js'
import type { SlotSecret } from '../crypto/key-slot.js'
import type { RandomSource } from '../crypto/random-source.js'
import { VarveError } from '../errors.js'
import { removeTemporaryCache, temporaryCacheDirectory } from '../filesystem/cache-directory.js'
import { clearScratchFolders, scratchFolder } from '../filesystem/scratch-folder.js'
import { SmallValues } from '../filesystem/small-values.js'
import { finishRemovals } from '../filesystem/tree-removal.js'
import { hexOf, type RepositoryId } from '../format/ids.js'
import { ChunkReader } from './chunk-reader.js'
import { IndexStore } from './index-store.js'
import { type OpenedKeys, openKeys } from './open-keys.js'

export interface StoreOptions {
  readonly backend: Backend
  readonly secret: () => Promise<SlotSecret>
  /** Where this machine keeps its copy of the index; a folder for each repository is made in it. */
  readonly cacheDirectory: string
  /** zstd level of what is written, 0 for stored. */
  readonly compressionLevel: number
  readonly workers: number
  /** Nanoseconds since 1970. */
  readonly now: () => bigint
  /** Ids and other bytes that nobody can foresee. */
  readonly random: RandomSource
  /** Hears, once each, of damage that was got round: what is damaged, and the next step. */
  readonly onWarning?: ((text: string) => void) | undefined
  /** Hears that the store is closed and its cache not in use any more. */
  readonly onClosed?: (() => void) | undefined
  /** Hears of the cache folder once there is a secret, before a key is derived from it: the id in it is not confirmed yet. */
  readonly onSecret?: ((cacheFolder: string) => void) | undefined
}

/**
 * An opened repository as an object store: backend, keys, packs and index. Operations work on this; what is expensive is
 * opened when it is first asked for.
 */
export class Store implements AsyncDisposable {
  readonly backend: Backend
  readonly workers: number
  readonly compressionLevel: number
  readonly now: () => bigint
  readonly random: RandomSource
  readonly cacheFolder: string
  readonly repositoryId: string
  /** Which packs cover which root, and the highest keyring seen. */
  readonly state: SmallValues
  readonly #onWarning: StoreOptions['onWarning']
  readonly #onClosed: StoreOptions['onClosed']
  readonly #warned = new Set<string>()
  #spareFolder: string | undefined
  #index: IndexStore | undefined
  #reader: ChunkReader | undefined
  #codec: Codec | undefined

  private constructor(
    options: StoreOptions,
    readonly keys: OpenedKeys,
  ) {
    this.backend = options.backend
    this.workers = options.workers
    this.compressionLevel = options.compressionLevel
    this.now = options.now
    this.random = options.random
    this.#onWarning = options.onWarning
    this.#onClosed = options.onClosed
    this.repositoryId = hexOf(keys.config.repositoryId)
    this.cacheFolder = cacheFolderOf(options, keys.config.repositoryId)
    this.state = new SmallValues(join(this.cacheFolder, 'state'))
  }

  /** Errors: `no-repository`, `wrong-password`, `unsupported-version`, `unsupported-feature`, `corrupt`, `backend`. */
  static async open(options: StoreOptions): Promise<Store> {
    const keys = await openKeys(options.backend, options.secret, (repositoryId) =>
      options.onSecret?.(cacheFolderOf(options, repositoryId)),
    )
    const store = new Store(options, keys)
    store.#refuseRollback()
    for (const problem of store.keys.problems)
      store.warn(`${problem}; the repository opens without it. varve check tells what else is damaged`)
    return store
  }

  /** Tells of damage that was got round; the same text only once. */
  warn(text: string): void {
    if (this.#warned.has(text)) return
    this.#warned.add(text)
    this.#onWarning?.(text)
  }

  /** Where an operation may keep what it needs only while it runs. What ended processes left there goes. */
  scratchFolder(purpose: string): string {
    this.clearScratch()
    return scratchFolder(this.cacheFolder, purpose, this.random)
  }

  clearScratch(): void {
    clearScratchFolders(this.cacheFolder)
    // A clearing of the cache that was killed.
    finishRemovals(this.cacheFolder)
  }

  get seals(): OpenedKeys['seals'] {
    return this.keys.seals
  }

  get codec(): Codec {
    this.#codec ??= openCodec(this.compressionLevel)
    return this.#codec
  }

  get index(): IndexStore {
    this.#index ??= new IndexStore(
      this.backend,
      this.seals,
      this.codec,
      LocalIndex.open(join(this.cacheFolder, 'index'), this.repositoryId),
      ({ message }) =>
        this.warn(
          `${message}; what it named is read from the packs themselves. varve repair index mends that`,
        ),
      (problem) => this.#spareIndexFolder(problem),
    )
    return this.#index
  }

  /** For reading; `index.refresh()` must have been called once before. */
  get reader(): ChunkReader {
    const { index } = this
    this.#reader ??= new ChunkReader(
      this.backend,
      this.seals,
      this.codec,
      this.keys.keyring.idKey,
      index.local,
      () => index.refreshAfterMiss(),
      () => this.warn('packs are needed that no readable index file names. varve repair index mends that'),
    )
    return this.#reader
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#index?.local.close()
    if (this.#spareFolder !== undefined) removeTemporaryCache(this.#spareFolder)
    this.#onClosed?.()
    await this.backend[Symbol.asyncDispose]()
  }

  /** Read anew by each command until the cache folder can be used again. */
  #spareIndexFolder(problem: string): string {
    const folder = this.#spareFolder ?? `the cache folder ${this.cacheFolder}`
    const told = `${folder} does not keep what is written: ${problem}`
    const hint = 'Free some space, or name another folder with --cache-dir.'
    if (this.#spareFolder !== undefined) throw new VarveError('backend', told, { hint })
    try {
      this.#spareFolder = temporaryCacheDirectory()
    } catch (cause) {
      const why = (cause as Error).message
      throw new VarveError('backend', `${told}, and no other folder can be made: ${why}`, { hint, cause })
    }
    this.warn(`${told}. Until it does, each command reads the whole index anew`)
    return this.#spareFolder
  }

  /** I-16. */
  #refuseRollback(): void {
    const { number } = this.keys.keyring
    const seen = this.#seenKeyring()
    if (seen > number)
      throw new VarveError(
        'corrupt',
        `keyring ${number} is older than keyring ${seen}, which this machine has seen`,
        {
          hint: 'The storage was rolled back or tampered with. If you restored it yourself, clear the cache of this repository.',
        },
      )
    if (seen < number) this.state.set('keyring', Buffer.from(String(number)))
  }

  #seenKeyring(): number {
    const seen = this.state.get('keyring')
    const text = seen === undefined ? '' : Buffer.from(seen).toString()
    return /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0
  }
}

const cacheFolderOf = ({ cacheDirectory }: StoreOptions, repositoryId: RepositoryId): string =>
  join(cacheDirectory, hexOf(repositoryId))
