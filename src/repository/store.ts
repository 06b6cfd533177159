import { join } from 'node:path'
import type { Backend } from '../backend/backend.js'
import { LocalIndex } from '../chunk-index/local-index.js'
import { type Codec, openCodec } from '../compression/codec.js'
import type { SlotSecret } from '../crypto/key-slot.js'
import type { RandomSource } from '../crypto/random-source.js'
import { VarveError } from '../errors.js'
import { hexOf } from '../format/ids.js'
import { ChunkReader } from './chunk-reader.js'
import { IndexStore } from './index-store.js'
import { LocalState } from './local-state.js'
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
  readonly codec: Codec
  readonly cacheFolder: string
  readonly repositoryId: string
  #index: IndexStore | undefined
  #reader: ChunkReader | undefined
  #state: Promise<LocalState> | undefined

  private constructor(
    options: StoreOptions,
    readonly keys: OpenedKeys,
  ) {
    this.backend = options.backend
    this.workers = options.workers
    this.compressionLevel = options.compressionLevel
    this.now = options.now
    this.random = options.random
    this.codec = openCodec(options.compressionLevel)
    this.repositoryId = hexOf(keys.config.repositoryId)
    this.cacheFolder = join(options.cacheDirectory, this.repositoryId)
  }

  /** Errors: `no-repository`, `wrong-password`, `unsupported-version`, `unsupported-feature`, `corrupt`, `backend`. */
  static async open(options: StoreOptions): Promise<Store> {
    const store = new Store(options, await openKeys(options.backend, options.secret))
    await store.#refuseRollback()
    return store
  }

  get seals(): OpenedKeys['seals'] {
    return this.keys.seals
  }

  get index(): IndexStore {
    this.#index ??= new IndexStore(
      this.backend,
      this.seals,
      this.codec,
      LocalIndex.open(join(this.cacheFolder, 'index'), this.repositoryId),
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
    )
    return this.#reader
  }

  state(): Promise<LocalState> {
    this.#state ??= LocalState.open(join(this.cacheFolder, 'state'))
    return this.#state
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#index?.local.close()
    await (await this.#state)?.[Symbol.asyncDispose]()
    await this.backend[Symbol.asyncDispose]()
  }

  /** I-16. A second process, which cannot open the state while the first has it, goes without. */
  async #refuseRollback(): Promise<void> {
    const { number } = this.keys.keyring
    const seen = await this.#seenKeyring()
    if (seen > number)
      throw new VarveError(
        'corrupt',
        `keyring ${number} is older than keyring ${seen}, which this machine has seen`,
        {
          hint: 'The storage was rolled back or tampered with. If you restored it yourself, clear the cache of this repository.',
        },
      )
    if (seen < number) await (await this.state()).set('keyring', Buffer.from(String(number)))
  }

  async #seenKeyring(): Promise<number> {
    const seen = await (await this.state()).get('keyring')
    return seen === undefined ? 0 : Number(Buffer.from(seen).toString())
  }
}
