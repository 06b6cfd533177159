import { ChunkHasher } from '../../crypto/chunk-id.js'
import { BackendError, CorruptError } from '../../errors.js'
import { type Frame, frameSizeBytes, openFrame } from '../../format/block.js'
import type { ChunkKind, PackId } from '../../format/ids.js'
import { packName } from '../../format/names.js'
import type { Store } from '../../repository/store.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import { openWholeBlock, type WholeBlock } from './whole-block.js'

/** Searched at a time for the next frame. */
const windowBytes = 1024 * 1024

/**
 * Salvages a torn pack (docs/FORMAT.md §5.2): walks its frames from offset 0, and where one does not open, searches on for
 * the next that does. A frame begins with its epoch, so one byte in 256 is worth an attempt: some 2 s for 32 MiB.
 */
export const walkFrames = async (
  store: Store,
  id: PackId,
  signal: AbortSignal | undefined,
  onBytes: (count: number) => void,
): Promise<WholeBlock[]> => new FrameWalk(store, packName(id), signal, onBytes).run()

class FrameWalk {
  readonly #hasher: ChunkHasher
  readonly #epochs: ReadonlySet<number>
  readonly #whole: WholeBlock[] = []
  /** All blocks of a pack are of one kind: known once one was opened. */
  #kind: ChunkKind | undefined
  #sizeBytes = 0

  constructor(
    private readonly store: Store,
    private readonly name: string,
    private readonly signal: AbortSignal | undefined,
    private readonly onBytes: (count: number) => void,
  ) {
    this.#hasher = new ChunkHasher(store.keys.keyring.idKey)
    this.#epochs = new Set(store.seals.material.epochs.map(([epoch]) => epoch))
  }

  async run(): Promise<WholeBlock[]> {
    this.#sizeBytes = await this.#sizeOrNothing()
    let at = 0
    while (at + frameSizeBytes <= this.#sizeBytes) {
      throwIfAborted(this.signal)
      at = (await this.#blockAt(at)) ?? (await this.#search(at + 1))
    }
    return this.#whole
  }

  /** The end of the block at `at`, whether it is whole or not; undefined where there is none. */
  async #blockAt(at: number): Promise<number | undefined> {
    const frame = this.#frameOf(await this.#read(at, frameSizeBytes))
    if (frame === undefined || at + frame.sizeBytes > this.#sizeBytes) return undefined
    try {
      const stored = await this.#read(at, frame.sizeBytes)
      this.#whole.push(openWholeBlock(this.store, this.#hasher, stored, at, this.name, frame.kind))
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error
    }
    this.onBytes(frame.sizeBytes)
    return at + frame.sizeBytes
  }

  /** Where the next frame begins; the end of the pack where there is none. */
  async #search(from: number): Promise<number> {
    for (let at = from; at + frameSizeBytes <= this.#sizeBytes; at += windowBytes) {
      throwIfAborted(this.signal)
      const window = await this.#read(at, Math.min(windowBytes + frameSizeBytes - 1, this.#sizeBytes - at))
      for (let start = 0; start + frameSizeBytes <= window.length; start++)
        if (this.#epochs.has(window[start]!) && this.#frameOf(window.subarray(start)) !== undefined)
          return at + start
    }
    return this.#sizeBytes
  }

  #frameOf(bytes: Uint8Array): Frame | undefined {
    try {
      const frame = openFrame(this.store.seals, bytes, this.name, this.#kind)
      this.#kind ??= frame.kind
      return frame
    } catch (error) {
      if (error instanceof CorruptError) return undefined
      throw error
    }
  }

  /** A part that the storage cannot read is like damage; zeros open as nothing. */
  async #read(offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    try {
      return await this.store.backend.readRange(this.name, offsetBytes, lengthBytes)
    } catch (error) {
      if (error instanceof BackendError && !error.transient) return Buffer.alloc(lengthBytes)
      throw error
    }
  }

  async #sizeOrNothing(): Promise<number> {
    try {
      return await this.store.backend.size(this.name)
    } catch (error) {
      if (error instanceof CorruptError) return 0
      throw error
    }
  }
}
