import { closeSync } from 'node:fs'
import { type OpenObjectFile, openObjectFileSync } from '../backend/regular-file.js'
import type { Codec } from '../compression/codec.js'
import type { ChunkHasher } from '../crypto/chunk-id.js'
import { CorruptError } from '../errors.js'
import { readInto } from '../filesystem/read-file.js'
import { idSizeBytes } from '../format/limits.js'
import { PackDirectory } from '../format/pack-directory.js'
import type { Seals } from '../format/seal.js'
import { blockName, openBlockContent } from '../pack/block-opener.js'
import { BlockScratch } from '../pack/block-scratch.js'
import type { BlockTable } from './restore-jobs.js'

const openPacksMax = 16
const readBytes = 1024 * 1024

/** One block of a job after the other: read and opened when first needed; a chunk is proved when first asked for (I-9). */
export class RestoreBlocks {
  readonly #packs = new Map<string, OpenObjectFile>()
  readonly #scratch = new BlockScratch()
  #readBuffer = new Uint8Array(readBytes)
  #table!: BlockTable
  #directory!: PackDirectory
  #block = -1
  #content: Buffer | Error | undefined
  /** Where in `bytes` the content begins. */
  #contentAt = 0
  /** How much of the content, from its start, is needed. */
  #neededBytes = 0
  /** Where in `bytes` each chunk begins, and the last one ends. */
  #starts = new Uint32Array(0)
  /** The ids of the chunks as computed, where `#isHashed`. */
  #ids = Buffer.alloc(0)
  #isHashed = new Uint8Array(0)

  constructor(
    private readonly seals: Seals,
    private readonly codec: Codec,
    private readonly hasher: ChunkHasher,
  ) {}

  /** Takes over the blocks of the next job. */
  begin(table: BlockTable): void {
    this.#table = table
    this.#directory = new PackDirectory(table.directory)
    this.#block = -1
  }

  /** From here on chunks are those of this block; only its first `chunksNeeded` will be asked for. */
  enter(block: number, chunksNeeded: number): void {
    const sizes = this.#directory.chunkSizesOf(block)
    this.#block = block
    this.#content = undefined
    if (this.#isHashed.length < sizes.length) {
      this.#isHashed = new Uint8Array(2 * sizes.length)
      this.#starts = new Uint32Array(2 * sizes.length + 1)
      this.#ids = Buffer.alloc(2 * sizes.length * idSizeBytes)
    }
    this.#isHashed.fill(0, 0, sizes.length)
    this.#starts[0] = 0
    for (let chunk = 0; chunk < sizes.length; chunk++)
      this.#starts[chunk + 1] = this.#starts[chunk]! + sizes[chunk]!
    this.#neededBytes = this.#starts[chunksNeeded]!
  }

  /** The block's content; chunks begin where `start` says. Errors: `corrupt`, and those of the file system. */
  bytes(): Buffer {
    if (this.#content instanceof Error) throw this.#content
    if (this.#content !== undefined) return this.#content
    try {
      this.#content = this.#open(this.#block)
      return this.#content
    } catch (error) {
      this.#content = error as Error
      throw error
    }
  }

  /** Where in `bytes` the chunk begins, proved to be what the id at `ids[at]` names. Errors: as `bytes`. */
  start(chunk: number, ids: Uint8Array, at: number): number {
    const bytes = this.bytes()
    const start = this.#contentAt + this.#starts[chunk]!
    const known = chunk * idSizeBytes
    if (this.#isHashed[chunk] === 0) {
      const end = start + this.#starts[chunk + 1]! - this.#starts[chunk]!
      this.hasher.idInto(this.#directory.kind, bytes, start, end, this.#ids, known)
      this.#isHashed[chunk] = 1
    }
    if (this.#ids.compare(ids, at, at + idSizeBytes, known, known + idSizeBytes) !== 0)
      throw new CorruptError(
        this.#table.places[this.#block]!.name,
        'has a chunk that is not what its id says',
      )
    return start
  }

  close(): void {
    for (const { fd } of this.#packs.values()) closeSync(fd)
    this.#packs.clear()
  }

  #open(block: number): Buffer {
    const { name } = this.#table.places[block]!
    const stored = this.#table.bytes[block] ?? this.#read(block)
    const content = this.#table.isOpened
      ? stored
      : openBlockContent(
          this.seals,
          this.codec,
          this.#directory,
          block,
          stored,
          name,
          this.#scratch,
          this.#neededBytes,
        )
    // From the buffer's start on: the hasher may use what is before a chunk.
    this.#contentAt = content.byteOffset
    return Buffer.from(content.buffer, 0, content.byteOffset + content.length)
  }

  /** Valid until the next call. */
  #read(block: number): Uint8Array {
    const { name, path, offset } = this.#table.places[block]!
    if (path === undefined) throw new CorruptError(name, 'could not be read')
    const length = this.#directory.blockSizes[block]!
    if (length > this.#readBuffer.length) this.#readBuffer = new Uint8Array(length)
    const into = this.#readBuffer.subarray(0, length)
    if (readInto(this.#packOf(path, name).fd, into, offset) < length)
      throw new CorruptError(blockName(name, block), 'is cut off')
    return into
  }

  #packOf(path: string, name: string): OpenObjectFile {
    const known = this.#packs.get(path)
    if (known !== undefined) return known
    if (this.#packs.size >= openPacksMax) {
      const [oldest, { fd }] = this.#packs.entries().next().value!
      closeSync(fd)
      this.#packs.delete(oldest)
    }
    const pack = openObjectFileSync(path, name)
    this.#packs.set(path, pack)
    return pack
  }
}
