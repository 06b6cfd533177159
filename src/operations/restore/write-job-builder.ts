import type { Xattr } from '../../filesystem/xattrs.js'
import { ChunkKind } from '../../format/ids.js'
import { idSizeBytes } from '../../format/limits.js'
import { blockTagSizeBytes, type DirectoryParts } from '../../format/pack-directory.js'
import {
  type BlockTable,
  FileWay,
  fileColumns,
  pieceColumns,
  type WriteJob,
} from '../../workers/restore-jobs.js'
import { type FilePlan, noBlock, type PlannedBlock } from './file-plan.js'
import type { PlacedBlock } from './read-blocks.js'

/** A file that was opened for a job, or for several. */
export interface OpenedFile {
  readonly fd: number
  /** To copy from, or -1. */
  readonly oldFd: number
}

/** What is known of a job before its blocks are read. */
export interface DraftedJob {
  readonly blocks: readonly PlannedBlock[]
  /** Numbers of files in the plan, as the job numbers them. */
  readonly files: readonly number[]
  readonly job: Omit<WriteJob, 'blocks' | 'sparse'>
}

/**
 * `pieces`: numbers of pieces of the plan, those of a block together; `blockAt`: the block that each of them goes with.
 * `openedOf`: undefined for a file that the job makes from beginning to end.
 */
export const draftWriteJob = (
  plan: FilePlan,
  pieces: Uint32Array,
  blockAt: Uint32Array,
  openedOf: (file: number) => OpenedFile | undefined,
): DraftedJob => {
  const rows = new PieceRows(plan, pieces.length)
  const blocks: PlannedBlock[] = []
  const ends: number[] = []
  let block = noBlock
  for (let index = 0; index < pieces.length; index++) {
    if (blockAt[index] !== block) {
      block = blockAt[index]!
      ends.push(index)
      blocks.push(plan.blocks[block]!)
    }
    rows.set(index, pieces[index]!)
  }
  ends.push(pieces.length)
  const ids = idsOf(plan, pieces)
  const files = fileTable(plan, rows.files, rows.counts, openedOf)
  const job = { kind: 'write', pieces: rows.rows, ends: Uint32Array.from(ends), ids, files } as const
  return { blocks, files: rows.files, job }
}

/** Numbers the files of a job as their pieces come. */
class PieceRows {
  readonly rows: Float64Array
  readonly files: number[] = []
  /** How many pieces of each of these come. */
  readonly counts: number[] = []
  readonly #numbers = new Map<number, number>()

  constructor(
    private readonly plan: FilePlan,
    count: number,
  ) {
    this.rows = new Float64Array(pieceColumns * count)
  }

  set(index: number, piece: number): void {
    const { plan, rows } = this
    const row = pieceColumns * index
    rows[row] = plan.sources[piece]!
    rows[row + 1] = plan.chunks[piece]!
    rows[row + 2] = plan.froms[piece]!
    rows[row + 3] = plan.lengths[piece]!
    rows[row + 4] = plan.offsets[piece]!
    rows[row + 5] = this.#numberOf(plan.fileOf[piece]!)
  }

  #numberOf(file: number): number {
    const { files, counts } = this
    let number = files.length - 1
    if (files[number] !== file) number = this.#numbers.get(file) ?? this.#add(file)
    counts[number]!++
    return number
  }

  #add(file: number): number {
    const number = this.files.push(file) - 1
    this.counts.push(0)
    this.#numbers.set(file, number)
    return number
  }
}

/** Mostly pieces follow one another in the plan, too. */
const idsOf = ({ ids: all }: FilePlan, pieces: Uint32Array): Uint8Array => {
  const ids = new Uint8Array(idSizeBytes * pieces.length)
  for (let start = 0; start < pieces.length; ) {
    const first = pieces[start]!
    let end = start + 1
    while (end < pieces.length && pieces[end] === first + end - start) end++
    ids.set(all.subarray(idSizeBytes * first, idSizeBytes * (first + end - start)), idSizeBytes * start)
    start = end
  }
  return ids
}

/** The blocks as one pack. */
export const directoryOfBlocks = (blocks: readonly PlacedBlock[]): BlockTable['directory'] => {
  const parts: DirectoryParts = {
    kind: ChunkKind.data,
    writerSlot: new Uint8Array(16),
    blockSizes: Uint32Array.from(blocks, ({ directory, block }) => directory.blockSizes[block]!),
    blockTags: new Uint8Array(blockTagSizeBytes * blocks.length),
    blockChunkCounts: Uint32Array.from(blocks, ({ directory, block }) => directory.blockChunkCounts[block]!),
    chunkSizes: new Uint32Array(
      blocks.reduce((sum, { directory, block }) => sum + directory.blockChunkCounts[block]!, 0),
    ),
    ids: new Uint8Array(0),
  }
  let chunks = 0
  blocks.forEach(({ directory, block }, index) => {
    const sizes = directory.chunkSizesOf(block)
    parts.blockTags.set(directory.tagOf(block), blockTagSizeBytes * index)
    parts.chunkSizes.set(sizes, chunks)
    chunks += sizes.length
  })
  return parts
}

export const fileTable = (
  plan: FilePlan,
  files: readonly number[],
  counts: readonly number[],
  openedOf: (file: number) => OpenedFile | undefined,
): WriteJob['files'] => {
  const names = files.map((file) => plan.nameBytesOf(file))
  const nameEnds = new Uint32Array(files.length)
  const numbers = new Float64Array(fileColumns * files.length)
  const mtimes = new BigInt64Array(files.length)
  const xattrs = new Map<number, readonly Xattr[]>()
  files.forEach((file, index) => {
    const row = fileColumns * index
    const opened = openedOf(file)
    nameEnds[index] = (nameEnds[index - 1] ?? 0) + names[index]!.length
    numbers[row] = opened?.fd ?? plan.directoryOf(file).fd
    numbers[row + 1] = opened?.oldFd ?? -1
    numbers[row + 2] = counts[index]!
    numbers[row + 3] = plan.sizes[file]!
    numbers[row + 4] = opened === undefined ? plan.ways[file]! : FileWay.open
    numbers[row + 5] = plan.modes[file]!
    numbers[row + 6] = plan.uids[file]!
    numbers[row + 7] = plan.gids[file]!
    mtimes[index] = plan.mtimes[file]!
    const own = plan.rareOf(file)?.xattrs
    if (own !== undefined) xattrs.set(index, own)
  })
  return { names: joined(names, nameEnds.at(-1)!), nameEnds, numbers, mtimes, xattrs }
}

/** In memory of its own, which can be given away. */
const joined = (parts: readonly Uint8Array[], sizeBytes: number): Uint8Array => {
  const bytes = new Uint8Array(sizeBytes)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** The large parts of a job, which a thread can have without a copy. */
export const memoryOf = ({ pieces, ids, files }: Pick<WriteJob, 'pieces' | 'ids' | 'files'>): ArrayBuffer[] =>
  [pieces, ids, files.names, files.numbers, files.mtimes].map(({ buffer }) => buffer as ArrayBuffer)
