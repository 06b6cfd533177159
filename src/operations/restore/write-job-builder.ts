import { ChunkKind, type PackId } from '../../format/ids.js'
import { idSizeBytes } from '../../format/limits.js'
import { blockTagSizeBytes, type DirectoryParts, type PackDirectory } from '../../format/pack-directory.js'
import { type BlockTable, SegmentSource, type WriteJob } from '../../workers/restore-jobs.js'
import type { FileWork } from './file-work.js'
import type { Segment } from './segments.js'

/** What one thread does with one job: a whole file, or a part of one that is open. */
export type WriteUnit = {
  readonly work: FileWork
  readonly segments: readonly Segment[]
  /** Undefined for a whole file. */
  readonly strip: { readonly fd: number; readonly oldFd: number } | undefined
}

export interface PlannedBlock {
  readonly packId: PackId
  readonly directory: PackDirectory
  readonly block: number
  /** Number of its first chunk in the job. */
  readonly firstChunk: number
}

/** A job as it grows: units, and the blocks that they need, each once. */
export class WriteJobBuilder {
  readonly files: WriteUnit[] = []
  readonly strips: WriteUnit[] = []
  readonly #blocks = new Map<string, PlannedBlock>()
  #chunks = 0
  contentBytes = 0

  get isEmpty(): boolean {
    return this.files.length + this.strips.length === 0
  }

  get unitCount(): number {
    return this.files.length + this.strips.length
  }

  /** As the job numbers them. */
  get units(): WriteUnit[] {
    return [...this.files, ...this.strips]
  }

  get blocks(): PlannedBlock[] {
    return [...this.#blocks.values()]
  }

  /** How many bytes of blocks would come in with the unit. */
  newContentBytes(unit: WriteUnit): number {
    let bytes = 0
    const seen = new Set<string>()
    for (const { place } of unit.segments) {
      if (place === undefined) continue
      const key = blockKey(place)
      if (this.#blocks.has(key) || seen.has(key)) continue
      seen.add(key)
      bytes += contentBytesOf(place.directory, place.block)
    }
    return bytes
  }

  add(unit: WriteUnit): void {
    if (unit.strip === undefined) this.files.push(unit)
    else this.strips.push(unit)
    for (const { place } of unit.segments) {
      if (place === undefined) continue
      const key = blockKey(place)
      if (this.#blocks.has(key)) continue
      const { packId, directory, block } = place
      this.#blocks.set(key, { packId, directory, block, firstChunk: this.#chunks })
      this.#chunks += directory.blockChunkCounts[block]!
      this.contentBytes += contentBytesOf(directory, block)
    }
  }

  build(table: Pick<BlockTable, 'places' | 'bytes'>, sparse: boolean): WriteJob {
    const blocks = { ...table, directory: this.#directory(), isOpened: false }
    return buildWriteJob(this.files, this.strips, blocks, sparse, (segment) => {
      const { packId, directory, block, chunk } = segment.place!
      const planned = this.#blocks.get(blockKey({ packId, block }))!
      return planned.firstChunk + chunk - directory.firstChunks[block]!
    })
  }

  #directory(): DirectoryParts {
    const blocks = this.blocks
    const parts: DirectoryParts = {
      kind: ChunkKind.data,
      writerSlot: new Uint8Array(16),
      blockSizes: Uint32Array.from(blocks, ({ directory, block }) => directory.blockSizes[block]!),
      blockTags: new Uint8Array(blockTagSizeBytes * blocks.length),
      blockChunkCounts: Uint32Array.from(blocks, ({ directory, block }) => directory.blockChunkCounts[block]!),
      chunkSizes: new Uint32Array(this.#chunks),
      ids: new Uint8Array(idSizeBytes * this.#chunks),
    }
    blocks.forEach(({ directory, block, firstChunk }, index) => {
      const [start, end] = [directory.firstChunks[block]!, directory.firstChunks[block + 1]!]
      parts.blockTags.set(directory.tagOf(block), blockTagSizeBytes * index)
      parts.chunkSizes.set(directory.chunkSizes.subarray(start, end), firstChunk)
      parts.ids.set(directory.ids.subarray(idSizeBytes * start, idSizeBytes * end), idSizeBytes * firstChunk)
    })
    return parts
  }
}

/** The job of one unit whose chunks are in memory, in the order of its segments that are not zeros. */
export const buildOpenedJob = (unit: WriteUnit, chunks: readonly Uint8Array[], sparse: boolean): WriteJob => {
  const wanted = unit.segments.filter(({ id }) => id !== undefined)
  const numbers = new Map(wanted.map((segment, index) => [segment, index]))
  const directory: DirectoryParts = {
    kind: ChunkKind.data,
    writerSlot: new Uint8Array(16),
    blockSizes: Uint32Array.from(chunks, ({ length }) => length),
    blockTags: new Uint8Array(blockTagSizeBytes * chunks.length),
    blockChunkCounts: new Uint32Array(chunks.length).fill(1),
    chunkSizes: Uint32Array.from(chunks, ({ length }) => length),
    ids: Buffer.concat(wanted.map(({ id }) => id!)),
  }
  const places = chunks.map(() => ({ name: 'chunk', path: undefined, offset: 0 }))
  const asChunks = { ...unit, segments: unit.segments.map((segment) => ({ ...segment, isCopy: false })) }
  const numbersOf = unit.segments.map((segment) => numbers.get(segment) ?? 0)
  const table = { directory, places, bytes: chunks, isOpened: true }
  const [files, strips] = unit.strip === undefined ? [[asChunks], []] : [[], [asChunks]]
  return buildWriteJob(files, strips, table, sparse, (segment) => numbersOf[asChunks.segments.indexOf(segment)]!)
}

const buildWriteJob = (
  files: readonly WriteUnit[],
  strips: readonly WriteUnit[],
  blocks: BlockTable,
  sparse: boolean,
  chunkOf: (segment: Segment) => number,
): WriteJob => {
  const segments: number[] = []
  const copyIds: Uint8Array[] = []
  const rowsOf = (unit: WriteUnit): [first: number, end: number] => {
    const first = segments.length / 5
    for (const segment of unit.segments) {
      const { id, isCopy, from, length, offset } = segment
      if (id === undefined) segments.push(SegmentSource.zeros, 0, 0, length, offset)
      else if (isCopy) segments.push(SegmentSource.copy, copyIds.push(id) - 1, 0, length, offset)
      else segments.push(SegmentSource.chunk, chunkOf(segment), from, length, offset)
    }
    return [first, segments.length / 5]
  }
  const numbers = files.flatMap((unit) => {
    const { work } = unit
    return [work.directory.fd, ...rowsOf(unit), work.content.sizeBytes, work.replaces === 'file' ? 1 : 0]
  })
  const stripRows = strips.flatMap((unit) => [unit.strip!.fd, unit.strip!.oldFd, ...rowsOf(unit)])
  return {
    kind: 'write',
    blocks,
    segments: Float64Array.from(segments),
    copyIds: Buffer.concat(copyIds),
    files: {
      names: files.map(({ work }) => work.name),
      numbers: Float64Array.from(numbers),
      attributes: files.map(({ work }) => work.attributes),
    },
    strips: Float64Array.from(stripRows),
    sparse,
  }
}

const blockKey = ({ packId, block }: { packId: PackId; block: number }): string => `${packId} ${block}`

const contentBytesOf = (directory: PackDirectory, block: number): number => {
  let bytes = 0
  for (let chunk = directory.firstChunks[block]!; chunk < directory.firstChunks[block + 1]!; chunk++)
    bytes += directory.chunkSizes[chunk]!
  return bytes
}
