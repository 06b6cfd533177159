import { createHash } from 'node:crypto'
import { readStagedFile } from '../backend/staged-file-reader.js'
import { StagedFileWriter } from '../backend/staged-file-writer.js'
import { sealDirectory, sealedDirectorySizeBytes } from '../format/directory.js'
import type { ChunkKind, PackId } from '../format/ids.js'
import { packBlocksMax } from '../format/limits.js'
import type { DirectoryParts } from '../format/pack-directory.js'
import type { Seals } from '../format/seal.js'
import { DirectoryBuilder } from './directory-builder.js'

/** A pack that is closed and has its name, and waits to be published. */
export interface FinishedPack {
  readonly stagedPath: string
  readonly id: PackId
  readonly sizeBytes: number
  readonly directory: DirectoryParts
}

/** Blocks of a pack that another thread will join with its own. */
export interface PartialPack {
  readonly stagedPath: string
  readonly directory: DirectoryParts
}

/**
 * No pack grows beyond this number of chunks by more than a block. Each costs 40 bytes while its pack is open, and 70 until an
 * index file names it, so that a pack of tiny files would take a hundred megabytes.
 */
export const packChunksTarget = 65_536

/** Appends blocks to a staging file, hashing as it goes, and closes it with directory and trailer (docs/FORMAT.md §5.2). */
export class PackBuilder {
  readonly #file: StagedFileWriter
  readonly #hash = createHash('sha256')
  readonly #directory: DirectoryBuilder

  constructor(
    private readonly seals: Seals,
    readonly kind: ChunkKind,
    writerSlot: Uint8Array,
    stagedPath: string,
  ) {
    this.#file = new StagedFileWriter(stagedPath)
    this.#directory = new DirectoryBuilder(kind, writerSlot)
  }

  /** Size that the pack would have if it were finished now. */
  get sizeBytes(): number {
    const { blockCount, chunkCount } = this.#directory
    return this.#file.sizeBytes + sealedDirectorySizeBytes(blockCount, chunkCount)
  }

  get blockCount(): number {
    return this.#directory.blockCount
  }

  get isFull(): boolean {
    return this.blockCount >= packBlocksMax || this.#directory.chunkCount >= packChunksTarget
  }

  appendBlock(bytes: Uint8Array, tag: Uint8Array, chunkSizes: readonly number[], ids: Uint8Array): void {
    this.#append(bytes)
    this.#directory.addBlock(bytes.length, tag, chunkSizes, ids)
  }

  /** Takes over all blocks of another staged pack of the same kind, and removes its file. */
  absorb(partial: PartialPack): void {
    for (const bytes of readStagedFile(partial.stagedPath)) this.#append(bytes)
    this.#directory.append(partial.directory)
  }

  /** Closes the file without a directory. */
  surrender(): PartialPack {
    this.#file.close()
    return { stagedPath: this.#file.path, directory: this.#directory.build() }
  }

  finish(): FinishedPack {
    const directory = this.#directory.build()
    this.#append(sealDirectory(this.seals, directory))
    this.#file.close()
    const id = this.#hash.digest('hex') as PackId
    return { stagedPath: this.#file.path, id, sizeBytes: this.#file.sizeBytes, directory }
  }

  #append(bytes: Uint8Array): void {
    this.#file.append(bytes)
    this.#hash.update(bytes)
  }
}
