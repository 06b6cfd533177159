import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PackId } from '../../../src/format/ids.js'
import { noBlock } from '../../../src/operations/restore/file-plan.js'
import { orderPieces, type PlanColumns } from '../../../src/operations/restore/order-pieces.js'

interface Sample {
  readonly isLost: boolean
  /** Block of each piece: which of the few there are, or none. */
  readonly pieces: readonly (number | undefined)[]
}

const blocks = Array.from({ length: 9 }, (_, index) => ({
  packId: `pack${index % 3}` as PackId,
  block: 10 - index,
  storedBytes: 100 * (index + 1),
}))

const samples = fc.array(
  fc.record<Sample>({
    isLost: fc.boolean(),
    pieces: fc.array(fc.option(fc.nat(blocks.length - 1), { nil: undefined }), {
      minLength: 1,
      maxLength: 5,
    }),
  }),
)

const planOf = (files: readonly Sample[]): PlanColumns => {
  const pieces = files.flatMap((file, index) => file.pieces.map((block) => ({ block, index })))
  const firstPieces = [0]
  for (const file of files) firstPieces.push(firstPieces.at(-1)! + file.pieces.length)
  return {
    fileCount: files.length,
    pieceCount: pieces.length,
    firstPieces: Uint32Array.from(firstPieces),
    blocks,
    blockOf: Uint32Array.from(pieces, ({ block }) => block ?? noBlock),
    fileOf: Uint32Array.from(pieces, ({ index }) => index),
    isLost: Uint8Array.from(files, ({ isLost }) => (isLost ? 1 : 0)),
  }
}

const limits = { storedBytesMax: 900, piecesMax: 4 }

describe('Ordering the pieces of a plan', () => {
  it('keeps every piece of files that are not lost, once, with its own block', () => {
    fc.assert(
      fc.property(samples, (files) => {
        const plan = planOf(files)
        const { order, blockAt } = orderPieces(plan, limits)
        const kept = [...plan.fileOf.keys()].filter((piece) => plan.isLost[plan.fileOf[piece]!] === 0)
        expect([...order].sort((a, b) => a - b)).toEqual(kept)
        order.forEach((piece, at) => {
          if (plan.blockOf[piece] !== noBlock) expect(blockAt[at]).toBe(plan.blockOf[piece])
        })
      }),
    )
  })

  it('puts what needs no block with the first block of its file, and files without any first', () => {
    fc.assert(
      fc.property(samples, (files) => {
        const plan = planOf(files)
        const { order, blockAt } = orderPieces(plan, limits)
        order.forEach((piece, at) => {
          if (plan.blockOf[piece] !== noBlock) return
          const own = files[plan.fileOf[piece]!]!.pieces.find((block) => block !== undefined)
          expect(blockAt[at]).toBe(own ?? noBlock)
          if (own === undefined)
            expect(blockAt.subarray(0, at).every((block) => block === noBlock)).toBe(true)
        })
      }),
    )
  })

  it('brings the pieces of a block together, in the order of the packs, and those of a file in their order', () => {
    fc.assert(
      fc.property(samples, (files) => {
        const { order, blockAt } = orderPieces(planOf(files), limits)
        for (let at = 1; at < order.length; at++) {
          const [before, own] = [blockAt[at - 1]!, blockAt[at]!]
          if (before === own) expect(order[at - 1]).toBeLessThan(order[at]!)
          else if (before !== noBlock && blocks[before]!.packId === blocks[own]!.packId)
            expect(blocks[before]!.block).toBeLessThan(blocks[own]!.block)
        }
        const runs = blockAt.filter((block, at) => block !== blockAt[at - 1])
        expect(new Set(runs).size).toBe(runs.length)
        const packs = [...runs].filter((block) => block !== noBlock).map((block) => blocks[block]!.packId)
        const packRuns = packs.filter((pack, at) => pack !== packs[at - 1])
        expect(new Set(packRuns).size).toBe(packRuns.length)
      }),
    )
  })

  it('cuts jobs that keep to the limits, and knows in how many of them a file is', () => {
    fc.assert(
      fc.property(samples, (files) => {
        const plan = planOf(files)
        const { order, blockAt, jobEnds, jobsOf } = orderPieces(plan, limits)
        const counted = new Uint32Array(files.length)
        let start = 0
        for (const end of jobEnds) {
          expect(end).toBeGreaterThan(start)
          const own = new Set(blockAt.subarray(start, end))
          own.delete(noBlock)
          const storedBytes = [...own].reduce((sum, block) => sum + blocks[block]!.storedBytes, 0)
          if (own.size > 1) expect(storedBytes).toBeLessThanOrEqual(limits.storedBytesMax)
          const fileOf = (at: number): number => plan.fileOf[order[at]!]!
          // Longer only by the rest of one file in one block.
          for (let at = start + limits.piecesMax; at < end; at++)
            expect([fileOf(at), blockAt[at]]).toEqual([fileOf(at - 1), blockAt[at - 1]])
          for (const file of new Set(Array.from(order.subarray(start, end), (piece) => plan.fileOf[piece]!)))
            counted[file]!++
          start = end
        }
        expect(start).toBe(order.length)
        expect([...jobsOf]).toEqual([...counted])
      }),
    )
  })
})
