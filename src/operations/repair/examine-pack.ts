import { createHash } from 'node:crypto'
import { ChunkHasher } from '../../crypto/chunk-id.js'
import { BackendError, CorruptError, type VarveError } from '../../errors.js'
import type { PackId } from '../../format/ids.js'
import { packName } from '../../format/names.js'
import type { PackDirectory } from '../../format/pack-directory.js'
import { readDirectory } from '../../repository/read-directory.js'
import type { Store } from '../../repository/store.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import { walkFrames } from './walk-frames.js'
import { openWholeBlock, type WholeBlock } from './whole-block.js'

/** What is left of one pack. Memory: some 36 bytes for each of its chunks. */
export interface ExaminedPack {
  readonly id: PackId
  readonly whole: readonly WholeBlock[]
  /** Ordinals of damaged blocks; undefined where the directory cannot be read. */
  readonly broken: readonly number[] | undefined
  /** What is wrong with it; undefined where every byte is right. */
  readonly message: string | undefined
  /** Ids that its directory names, 32 bytes each; none where it cannot be read, or is another pack's. */
  readonly promised: Uint8Array
}

/** Reads a pack in full, block by block. Errors: `missing`, `interrupted`, `backend` where trying again may help. */
export const examinePack = async (
  store: Store,
  id: PackId,
  signal: AbortSignal | undefined,
  onBytes: (count: number) => void,
): Promise<ExaminedPack> => {
  try {
    const { directory, sizeBytes } = await readDirectory(store.backend, store.seals, id)
    return await new DirectedExamination(store, id, directory, sizeBytes, signal, onBytes).run()
  } catch (error) {
    if (!isDamage(error)) throw error
    const whole = await walkFrames(store, id, signal, onBytes)
    return { id, whole, broken: undefined, message: messageOf(error), promised: new Uint8Array(0) }
  }
}

class DirectedExamination {
  readonly #hash = createHash('sha256')
  readonly #hasher: ChunkHasher
  readonly #whole: WholeBlock[] = []
  readonly #broken: number[] = []
  #message: string | undefined

  constructor(
    private readonly store: Store,
    private readonly id: PackId,
    private readonly directory: PackDirectory,
    private readonly sizeBytes: number,
    private readonly signal: AbortSignal | undefined,
    private readonly onBytes: (count: number) => void,
  ) {
    this.#hasher = new ChunkHasher(store.keys.keyring.idKey)
  }

  async run(): Promise<ExaminedPack> {
    const { directory } = this
    for (let block = 0; block < directory.blockCount; block++) {
      throwIfAborted(this.signal)
      await this.#examine(block)
    }
    const end = directory.blockOffsets[directory.blockCount]!
    this.#hash.update(await this.#read(end, this.sizeBytes - end))
    const isNamed = this.#hash.digest('hex') === this.id
    if (!isNamed) this.#message ??= 'has other bytes than its name says'
    return {
      id: this.id,
      whole: this.#whole,
      broken: this.#broken,
      message: this.#message,
      promised: isNamed || this.#broken.length > 0 ? directory.ids : new Uint8Array(0),
    }
  }

  async #examine(block: number): Promise<void> {
    const { directory, store } = this
    const offset = directory.blockOffsets[block]!
    try {
      const stored = await this.#read(offset, directory.blockSizes[block]!)
      this.#hash.update(stored)
      this.onBytes(stored.length)
      const name = `${packName(this.id)} block ${block}`
      const found = openWholeBlock(store, this.#hasher, stored, offset, name, directory.kind)
      this.#whole.push(found)
      const first = directory.firstChunks[block]!
      const promised = directory.ids.subarray(32 * first, 32 * directory.firstChunks[block + 1]!)
      if (Buffer.compare(found.ids, promised) !== 0)
        throw new CorruptError(name, 'has other chunks than the directory says')
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#broken.push(block)
      this.#message ??= `block ${block}: ${messageOf(error)}`
    }
  }

  #read(offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    return this.store.backend.readRange(packName(this.id), offsetBytes, lengthBytes)
  }
}

/** What reading again will not mend. */
const isDamage = (error: unknown): error is VarveError =>
  error instanceof CorruptError || (error instanceof BackendError && !error.transient)

const messageOf = (error: VarveError): string =>
  error instanceof CorruptError ? error.message.slice(error.object.length + 2) : error.message
