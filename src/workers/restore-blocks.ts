import { closeSync } from 'node:fs'
import { type OpenObjectFile, openObjectFileSync } from '../backend/regular-file.js'
import type { Codec } from '../compression/codec.js'
import type { ChunkHasher } from '../crypto/chunk-id.js'
import { CorruptError } from '../errors.js'
import { readInto } from '../filesystem/read-file.js'
import { PackDirectory } from '../format/pack-directory.js'
import type { Seals } from '../format/seal.js'
import { blockName, openBlockContent } from '../pack/block-opener.js'
import type { BlockTable } from './restore-jobs.js'

const openPacksMax = 16
/** Content of one job's blocks; what does not fit gets memory of its own. */
const contentBytes = 16 * 1024 * 1024
/** Room that the hasher may use before a chunk (src/crypto/chunk-id.ts). */
const marginBytes = 128
const readBytes = 1024 * 1024

/** A chunk in memory. Valid until the next job. */
export interface OpenedChunk {
  readonly bytes: Buffer
  readonly start: number
}

/** The blocks of one job: read and opened when first needed, each once; a chunk is proved when first handed out (I-9). */
export class RestoreBlocks {
  readonly #packs = new Map<string, OpenObjectFile>()
  readonly #arena = new Uint8Array(marginBytes + contentBytes)
  #arenaUsed = 0
  #readBuffer = new Uint8Array(readBytes)
  #table!: BlockTable
  #directory!: PackDirectory
  /** Those in the arena with the margin before them. */
  #contents: (Buffer | Error | undefined)[] = []
  #starts: Uint32Array = new Uint32Array(0)
  #blockOf: Uint32Array = new Uint32Array(0)
  #proved: Uint8Array = new Uint8Array(0)
  /** How much of each block's content, from its start, the job needs. */
  #needed: Uint32Array = new Uint32Array(0)

  constructor(
    private readonly seals: Seals,
    private readonly codec: Codec,
    private readonly hasher: ChunkHasher,
  ) {}

  /** Takes over the blocks of the next job. `chunks`: those that will be asked for. */
  begin(table: BlockTable, chunks: Iterable<number>): void {
    this.#table = table
    this.#directory = new PackDirectory(table.directory)
    const { blockCount, chunkCount, chunkSizes, firstChunks } = this.#directory
    this.#arenaUsed = marginBytes
    this.#contents = new Array<undefined>(blockCount).fill(undefined)
    this.#proved = new Uint8Array(chunkCount)
    this.#starts = new Uint32Array(chunkCount)
    this.#blockOf = new Uint32Array(chunkCount)
    for (let block = 0; block < blockCount; block++)
      for (let chunk = firstChunks[block]!, start = 0; chunk < firstChunks[block + 1]!; chunk++) {
        this.#blockOf[chunk] = block
        this.#starts[chunk] = start
        start += chunkSizes[chunk]!
      }
    this.#needed = new Uint32Array(blockCount)
    for (const chunk of chunks) {
      const block = this.#blockOf[chunk]!
      const end = this.#starts[chunk]! + chunkSizes[chunk]!
      if (end > this.#needed[block]!) this.#needed[block] = end
    }
  }

  /** Errors: `corrupt`, and those of the file system, for a chunk that cannot be had from here. */
  chunk(chunk: number): OpenedChunk {
    const block = this.#blockOf[chunk]!
    const bytes = this.#contentOf(block)
    const start = this.#starts[chunk]! + (bytes.buffer === this.#arena.buffer ? marginBytes : 0)
    if (this.#proved[chunk] === 0) this.#prove(block, chunk, bytes, start)
    return { bytes, start }
  }

  close(): void {
    for (const { fd } of this.#packs.values()) closeSync(fd)
    this.#packs.clear()
  }

  #prove(block: number, chunk: number, bytes: Buffer, start: number): void {
    const { kind, chunkSizes } = this.#directory
    const id = this.hasher.idOf(kind, bytes, start, start + chunkSizes[chunk]!)
    if (!id.equals(this.#directory.idOf(chunk)))
      throw new CorruptError(this.#table.places[block]!.name, 'has a chunk that is not what its id says')
    this.#proved[chunk] = 1
  }

  #contentOf(block: number): Buffer {
    const known = this.#contents[block]
    if (known instanceof Error) throw known
    if (known !== undefined) return known
    try {
      const content = this.#open(block)
      this.#contents[block] = content
      return content
    } catch (error) {
      this.#contents[block] = error as Error
      throw error
    }
  }

  #open(block: number): Buffer {
    const { name } = this.#table.places[block]!
    const stored = this.#table.bytes[block] ?? this.#read(block)
    if (this.#table.isOpened) return Buffer.from(stored.buffer, stored.byteOffset, stored.length)
    const scratch = this.#arena.subarray(this.#arenaUsed)
    const needed = this.#needed[block]!
    const content = openBlockContent(
      this.seals,
      this.codec,
      this.#directory,
      block,
      stored,
      name,
      scratch,
      needed,
    )
    if (content.buffer !== this.#arena.buffer) return content
    this.#arenaUsed += content.length + marginBytes
    return Buffer.from(content.buffer, content.byteOffset - marginBytes, marginBytes + content.length)
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
