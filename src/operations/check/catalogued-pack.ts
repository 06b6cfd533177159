import type { ChunkKind, PackId } from '../../format/ids.js'
import { idSizeBytes } from '../../format/limits.js'
import type { PackDirectory } from '../../format/pack-directory.js'
import { EntrySum } from '../../repository/entry-sum.js'
import { checkValueOf } from './check-value.js'

/**
 * What a check remembers of a pack whose directory was read: 2 bytes and a bit for each chunk, and 4 bytes more for each
 * tree or list node.
 */
export class CataloguedPack {
  readonly kind: ChunkKind
  readonly chunkCount: number
  /** The first chunk of each block, and at the end the number of chunks. */
  readonly firstChunks: Uint32Array
  /** What proves that an id whose first 16 bytes agree is this chunk's, and that it is as long as was said. */
  readonly checkValues: Uint16Array
  /** What index files must say of it. */
  readonly entries: EntrySum
  readonly #referenced: Uint8Array
  /** What parents said of each node that was visited. */
  #claims: Uint32Array | undefined
  readonly brokenBlocks = new Map<number, string>()

  constructor(
    readonly id: PackId,
    readonly sizeBytes: number,
    directory: PackDirectory,
  ) {
    this.kind = directory.kind
    this.chunkCount = directory.chunkCount
    this.firstChunks = directory.firstChunks
    this.checkValues = new Uint16Array(this.chunkCount)
    for (let chunk = 0; chunk < this.chunkCount; chunk++)
      this.checkValues[chunk] = checkValueOf(
        directory.ids,
        idSizeBytes * chunk,
        this.kind,
        directory.chunkSizes[chunk]!,
      )
    this.entries = EntrySum.ofDirectory(directory)
    this.#referenced = new Uint8Array((this.chunkCount + 7) >>> 3)
  }

  get name(): string {
    return `packs/${this.id}`
  }

  isReferenced(chunk: number): boolean {
    return (this.#referenced[chunk >>> 3]! & (1 << (chunk & 7))) !== 0
  }

  refer(chunk: number): void {
    this.#referenced[chunk >>> 3]! |= 1 << (chunk & 7)
  }

  get isNeeded(): boolean {
    return this.#referenced.some((bits) => bits !== 0)
  }

  claimOf(chunk: number): number {
    return this.#claims?.[chunk] ?? 0
  }

  setClaim(chunk: number, claim: number): void {
    this.#claims ??= new Uint32Array(this.chunkCount)
    this.#claims[chunk] = claim
  }

  isBroken(block: number): boolean {
    return this.brokenBlocks.has(block)
  }

  blockOf(chunk: number): number {
    let low = 0
    let high = this.firstChunks.length - 2
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.firstChunks[middle]! <= chunk) low = middle
      else high = middle - 1
    }
    return low
  }
}
