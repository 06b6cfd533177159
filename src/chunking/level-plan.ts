import type { ChunkingParameters } from './parameters.js'

/** A level with everything that follows from its average. Sizes and offsets in bytes. */
export interface PlannedLevel {
  readonly minimum: number
  readonly average: number
  readonly maximum: number
  /** Leading zero bits of the hash at a cut, before and after the average size is reached. */
  readonly hardBits: number
  readonly easyBits: number
  readonly fromOffset: number
  /** Where the next level starts; Infinity for the last. */
  readonly toOffset: number
}

/** Normalisation level 2 of FastCDC (Xia et al. 2016): two bits more, two bits fewer. */
const NORMALISATION_BITS = 2

export const planLevels = ({ levels }: ChunkingParameters): PlannedLevel[] =>
  levels.map(({ fromOffset, averageBits }, index) => ({
    minimum: 2 ** (averageBits - 1),
    average: 2 ** averageBits,
    maximum: 2 ** (averageBits + 2),
    hardBits: averageBits + NORMALISATION_BITS,
    easyBits: averageBits - NORMALISATION_BITS,
    fromOffset,
    toOffset: levels[index + 1]?.fromOffset ?? Number.POSITIVE_INFINITY,
  }))

/** The level that a file offset belongs to. */
export const levelAt = (plan: readonly PlannedLevel[], offset: number): PlannedLevel => {
  let index = plan.length - 1
  while (plan[index]!.fromOffset > offset) index--
  return plan[index]!
}
