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
  const rows = new Float64Array(pieceColumns * pieces.length)
  const ids = new Uint8Array(idSizeBytes * pieces.length)
  const numbers = new Map<number, number>()
  const files: number[] = []
  const counts: number[] = []
  const blocks: PlannedBlock[] = []
  const ends: number[] = []
  let block = noBlock
  for (let index = 0, row = 0; index < pieces.length; index++, row += pieceColumns) {
    const piece = pieces[index]!
    if (blockAt[index] !== block) {
      block = blockAt[index]!
      ends.push(index)
      blocks.push(plan.blocks[block]!)
    }
    const file = plan.fileOf[piece]!
    let number = files.length - 1
    if (files[number] !== file) {
      number = numbers.get(file) ?? files.length
      if (number === files.length) {
        files.push(file)
        counts.push(0)
        numbers.set(file, number)
      }
    }
    counts[number]!++
    rows[row] = plan.sources[piece]!
    rows[row + 1] = plan.chunks[piece]!
    rows[row + 2] = plan.froms[piece]!
    rows[row + 3] = plan.lengths[piece]!
    rows[row + 4] = plan.offsets[piece]!
    rows[row + 5] = number
    ids.set(plan.idOf(piece), idSizeBytes * index)
  }
  ends.push(pieces.length)
  const table = fileTable(plan, files, counts, openedOf)
  return {
    blocks,
    files,
    job: { kind: 'write', pieces: rows, ends: Uint32Array.from(ends), ids, files: table },
  }
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
  return { names: Buffer.concat(names), nameEnds, numbers, mtimes, xattrs }
}
