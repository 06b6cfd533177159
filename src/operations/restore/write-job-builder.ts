import { ChunkKind, type PackId } from '../../format/ids.js'
import { idSizeBytes } from '../../format/limits.js'
import { blockTagSizeBytes, type DirectoryParts, type PackDirectory } from '../../format/pack-directory.js'
import type { ChunkPlace } from '../../repository/chunk-reader.js'
import {
  type BlockTable,
  FileWay,
  fileColumns,
  SegmentSource,
  segmentColumns,
  stripColumns,
  type WriteJob,
} from '../../workers/restore-jobs.js'
import { unfinishedMode } from '../../workers/restore-temporary.js'
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
  readonly blocks: PlannedBlock[] = []
  readonly #byDirectory = new Map<PackDirectory, Map<number, PlannedBlock>>()
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

  /** How many bytes of blocks would come in with the unit, or a little more. */
  newContentBytes({ segments }: WriteUnit): number {
    let bytes = 0
    let last: ChunkPlace | undefined
    for (const { place } of segments) {
      if (place === undefined || this.#blockAt(place) !== undefined) continue
      if (last?.directory !== place.directory || last.block !== place.block)
        bytes += contentBytesOf(place.directory, place.block)
      last = place
    }
    return bytes
  }

  add(unit: WriteUnit): void {
    if (unit.strip === undefined) this.files.push(unit)
    else this.strips.push(unit)
    for (const { place } of unit.segments)
      if (place !== undefined && !this.#blockAt(place)) this.#addBlock(place)
  }

  build(table: Pick<BlockTable, 'places' | 'bytes'>, sparse: boolean): WriteJob {
    const blocks = { ...table, directory: this.#directory(), isOpened: false }
    return buildWriteJob(this.files, this.strips, blocks, sparse, (segment) => {
      const { directory, block, chunk } = segment.place!
      return this.#blockAt(segment.place!)!.firstChunk + chunk - directory.firstChunks[block]!
    })
  }

  #blockAt({ directory, block }: ChunkPlace): PlannedBlock | undefined {
    return this.#byDirectory.get(directory)?.get(block)
  }

  #addBlock({ packId, directory, block }: ChunkPlace): void {
    const planned = { packId, directory, block, firstChunk: this.#chunks }
    let blocks = this.#byDirectory.get(directory)
    if (blocks === undefined) {
      blocks = new Map()
      this.#byDirectory.set(directory, blocks)
    }
    blocks.set(block, planned)
    this.blocks.push(planned)
    this.#chunks += directory.blockChunkCounts[block]!
    this.contentBytes += contentBytesOf(directory, block)
  }

  #directory(): DirectoryParts {
    const { blocks } = this
    const parts: DirectoryParts = {
      kind: ChunkKind.data,
      writerSlot: new Uint8Array(16),
      blockSizes: Uint32Array.from(blocks, ({ directory, block }) => directory.blockSizes[block]!),
      blockTags: new Uint8Array(blockTagSizeBytes * blocks.length),
      blockChunkCounts: Uint32Array.from(
        blocks,
        ({ directory, block }) => directory.blockChunkCounts[block]!,
      ),
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
  return buildWriteJob(
    files,
    strips,
    table,
    sparse,
    (segment) => numbersOf[asChunks.segments.indexOf(segment)]!,
  )
}

const buildWriteJob = (
  files: readonly WriteUnit[],
  strips: readonly WriteUnit[],
  blocks: BlockTable,
  sparse: boolean,
  chunkOf: (segment: Segment) => number,
): WriteJob => {
  const units = [...files, ...strips]
  const segments = new Float64Array(
    units.reduce((sum, unit) => sum + segmentColumns * unit.segments.length, 0),
  )
  const ranges = new Float64Array(2 * units.length)
  const copyIds: Uint8Array[] = []
  let at = 0
  units.forEach((unit, index) => {
    ranges[2 * index] = at / segmentColumns
    for (const segment of unit.segments) {
      const { id, isCopy, from, length, offset } = segment
      if (id === undefined) segments[at] = SegmentSource.zeros
      else if (isCopy) {
        segments[at] = SegmentSource.copy
        segments[at + 1] = copyIds.push(id) - 1
      } else {
        segments[at] = SegmentSource.chunk
        segments[at + 1] = chunkOf(segment)
        segments[at + 2] = from
      }
      segments[at + 3] = length
      segments[at + 4] = offset
      at += segmentColumns
    }
    ranges[2 * index + 1] = at / segmentColumns
  })
  const numbers = new Float64Array(fileColumns * files.length)
  const mtimes = new BigInt64Array(files.length)
  files.forEach(({ work }, index) => {
    const row = fileColumns * index
    numbers[row] = work.directory.fd
    numbers[row + 1] = ranges[2 * index]!
    numbers[row + 2] = ranges[2 * index + 1]!
    numbers[row + 3] = work.content.sizeBytes
    numbers[row + 4] = wayOf(work)
    numbers[row + 5] = work.attributes.mode
    numbers[row + 6] = work.attributes.uid
    numbers[row + 7] = work.attributes.gid
    mtimes[index] = work.attributes.mtimeNs
  })
  const stripRows = new Float64Array(stripColumns * strips.length)
  strips.forEach(({ strip }, index) => {
    const unit = 2 * (files.length + index)
    stripRows.set([strip!.fd, strip!.oldFd, ranges[unit]!, ranges[unit + 1]!], stripColumns * index)
  })
  return {
    kind: 'write',
    blocks,
    segments,
    copyIds: Buffer.concat(copyIds),
    files: {
      names: files.map(({ work }) => work.name),
      numbers,
      mtimes,
      xattrs: files.map(({ work }) => work.attributes.xattrs),
    },
    strips: stripRows,
    sparse,
  }
}

/** A file that is to have the very mode that marks an unfinished one is never seen without its content. */
const wayOf = ({ replaces, directory, attributes }: FileWork): number => {
  if (replaces === 'file') return FileWay.replaces
  const isDirect =
    replaces === undefined && directory.ownerOfNew !== undefined && attributes.mode !== unfinishedMode
  return isDirect ? FileWay.direct : FileWay.renamed
}

const contentBytesOf = (directory: PackDirectory, block: number): number => {
  let bytes = 0
  for (let chunk = directory.firstChunks[block]!; chunk < directory.firstChunks[block + 1]!; chunk++)
    bytes += directory.chunkSizes[chunk]!
  return bytes
}
