import type { ChunkKind } from '../format/ids.js'
import type { DirectoryParts } from '../format/pack-directory.js'

/** Grows block by block into a pack's directory. About 40 bytes a chunk while the pack is open. */
export class DirectoryBuilder {
  readonly #blockSizes: number[] = []
  readonly #blockTags: Uint8Array[] = []
  readonly #blockChunkCounts: number[] = []
  readonly #chunkSizes: number[] = []
  readonly #ids: Uint8Array[] = []

  constructor(
    readonly kind: ChunkKind,
    private readonly writerSlot: Uint8Array,
  ) {}

  get blockCount(): number {
    return this.#blockSizes.length
  }

  get chunkCount(): number {
    return this.#chunkSizes.length
  }

  /** `tag` and `ids` are copied. */
  addBlock(sizeBytes: number, tag: Uint8Array, chunkSizes: readonly number[], ids: Uint8Array): void {
    this.#blockSizes.push(sizeBytes)
    this.#blockTags.push(Uint8Array.from(tag))
    this.#blockChunkCounts.push(chunkSizes.length)
    for (const size of chunkSizes) this.#chunkSizes.push(size)
    this.#ids.push(Uint8Array.from(ids))
  }

  /** The blocks of another pack of the same kind follow this one's. */
  append(parts: DirectoryParts): void {
    for (const size of parts.blockSizes) this.#blockSizes.push(size)
    this.#blockTags.push(parts.blockTags)
    for (const count of parts.blockChunkCounts) this.#blockChunkCounts.push(count)
    for (const size of parts.chunkSizes) this.#chunkSizes.push(size)
    this.#ids.push(parts.ids)
  }

  /** In buffers of its own, so that it can be posted to another thread. */
  build(): DirectoryParts {
    return {
      kind: this.kind,
      writerSlot: Uint8Array.from(this.writerSlot),
      blockSizes: Uint32Array.from(this.#blockSizes),
      blockTags: joined(this.#blockTags),
      blockChunkCounts: Uint32Array.from(this.#blockChunkCounts),
      chunkSizes: Uint32Array.from(this.#chunkSizes),
      ids: joined(this.#ids),
    }
  }
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
