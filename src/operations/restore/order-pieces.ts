import { type FilePlan, noBlock } from './file-plan.js'

export interface JobLimits {
  /** What the blocks of a job take where they are stored. */
  readonly storedBytesMax: number
  readonly piecesMax: number
}

/** The pieces of a plan, in the order of the packs: each block is opened once, or as often as `piecesMax` makes it. */
export interface OrderedPieces {
  /** Numbers of pieces; those of lost files are left out. */
  readonly order: Uint32Array
  /** With which block each of these goes; `noBlock` for those of files that need none. */
  readonly blockAt: Uint32Array
  /** Where in `order` each job ends. */
  readonly jobEnds: readonly number[]
  /** How many jobs have pieces of each file. */
  readonly jobsOf: Uint32Array
}

export type PlanColumns = Pick<
  FilePlan,
  'fileCount' | 'pieceCount' | 'firstPieces' | 'blocks' | 'blockOf' | 'fileOf' | 'isLost'
>

/** What needs no block goes with the file's first block. */
export const orderPieces = (plan: PlanColumns, limits: JobLimits): OrderedPieces => {
  const { fileCount, pieceCount, firstPieces, blocks, blockOf, fileOf, isLost } = plan
  const ranked = blocksInOrder(plan)
  const rankOf = new Uint32Array(blocks.length)
  for (const [rank, block] of ranked.entries()) rankOf[block] = rank + 1
  const ranks = new Uint32Array(pieceCount)
  const ends = new Uint32Array(blocks.length + 2)
  for (let file = 0; file < fileCount; file++) {
    if (isLost[file] === 1) continue
    const end = firstPieces[file + 1]!
    let home = 0
    for (let piece = firstPieces[file]!; piece < end && home === 0; piece++)
      if (blockOf[piece] !== noBlock) home = rankOf[blockOf[piece]!]!
    for (let piece = firstPieces[file]!; piece < end; piece++) {
      const rank = blockOf[piece] === noBlock ? home : rankOf[blockOf[piece]!]!
      ranks[piece] = rank
      ends[rank + 1]!++
    }
  }
  for (let rank = 0; rank <= blocks.length; rank++) ends[rank + 1]! += ends[rank]!
  const order = new Uint32Array(ends[blocks.length + 1]!)
  const blockAt = new Uint32Array(order.length)
  for (let piece = 0; piece < pieceCount; piece++) {
    if (isLost[fileOf[piece]!] === 1) continue
    const rank = ranks[piece]!
    const at = ends[rank]!++
    order[at] = piece
    blockAt[at] = rank === 0 ? noBlock : ranked[rank - 1]!
  }
  return { order, blockAt, ...cut(plan, order, blockAt, limits) }
}

/** By pack, in the order in which packs come up, and in it by block. */
const blocksInOrder = ({ blocks }: PlanColumns): number[] => {
  const packs = new Map<string, number>()
  const keys = blocks.map(({ packId, block }) => {
    const pack = packs.get(packId) ?? packs.size
    packs.set(packId, pack)
    return pack * 4096 + block
  })
  return keys.map((_, block) => block).sort((a, b) => keys[a]! - keys[b]!)
}

/** A job ends where a block or a file does. */
const cut = (
  { fileCount, fileOf, blocks }: PlanColumns,
  order: Uint32Array,
  blockAt: Uint32Array,
  { storedBytesMax, piecesMax }: JobLimits,
): Pick<OrderedPieces, 'jobEnds' | 'jobsOf'> => {
  const jobEnds: number[] = []
  const jobsOf = new Uint32Array(fileCount)
  /** The last job that has pieces of each file, counted from 1. */
  const lastJob = new Uint32Array(fileCount)
  let start = 0
  let storedBytes = 0
  for (let at = 0; at < order.length; at++) {
    const file = fileOf[order[at]!]!
    const block = blockAt[at]!
    const isNewBlock = at === start || block !== blockAt[at - 1]
    const blockBytes = isNewBlock && block !== noBlock ? blocks[block]!.storedBytes : 0
    const isFull =
      storedBytes + blockBytes > storedBytesMax ||
      (at - start >= piecesMax && (isNewBlock || file !== fileOf[order[at - 1]!]))
    if (isFull && at > start) {
      jobEnds.push(at)
      start = at
      storedBytes = block === noBlock ? 0 : blocks[block]!.storedBytes
    } else storedBytes += blockBytes
    if (lastJob[file] !== jobEnds.length + 1) {
      lastJob[file] = jobEnds.length + 1
      jobsOf[file]!++
    }
  }
  if (order.length > start) jobEnds.push(order.length)
  return { jobEnds, jobsOf }
}
