import { describe, expect, it } from 'vitest'
import {
  type ChunkLevel,
  checkChunkingParameters,
  chunkSizeMax,
  defaultChunking,
  singleChunkBytesMax,
  zeroRunBytesMin,
} from '../../src/chunking/parameters.js'
import { VarveError } from '../../src/errors.js'

const level = (fromOffset: number, averageBits: number): ChunkLevel => ({ fromOffset, averageBits })

const problemOf = (levels: ChunkLevel[]): string => {
  try {
    checkChunkingParameters({ levels })
  } catch (error) {
    if (error instanceof VarveError && error.code === 'invalid-argument') return error.message
    throw error
  }
  return 'none'
}

describe('chunking parameters', () => {
  it('are 8 KiB to 256 KiB by default, with extents from 1 MiB on', () => {
    checkChunkingParameters(defaultChunking)
    expect(chunkSizeMax(defaultChunking)).toBe(2 ** 20)
    expect(zeroRunBytesMin(defaultChunking)).toBe(2 ** 20)
    expect(singleChunkBytesMax(defaultChunking)).toBe(4096)
  })

  it.each([
    [[level(0, 10)]],
    [[level(0, 20)]],
    [[level(0, 12), level(1, 12), level(Number.MAX_SAFE_INTEGER, 13)]],
  ])('may be %j', (levels) => {
    expect(problemOf(levels)).toBe('none')
  })

  it.each([
    [[], '1 to 16 levels, not 0'],
    [Array.from({ length: 17 }, (_, index) => level(index, 14)), '1 to 16 levels, not 17'],
    [[level(1, 14)], 'must start at 0, not 1'],
    [[level(0, 9)], 'not 2^9'],
    [[level(0, 21)], 'not 2^21'],
    [[level(0, 14.5)], 'not 2^14.5'],
    [[level(0, Number.NaN)], 'not 2^NaN'],
    [[level(0, 14), level(0, 15)], 'must ascend: 0 follows 0'],
    [[level(0, 14), level(9, 15), level(8, 15)], 'must ascend: 8 follows 9'],
    [[level(0, 14), level(1, 13)], 'must not fall: 2^13 follows 2^14'],
    [[level(0, 14), level(0.5, 14)], 'whole number of bytes, not 0.5'],
    [[level(0, 14), level(2 ** 53, 14)], 'whole number of bytes'],
  ])('must not be %j', (levels, problem) => {
    expect(problemOf(levels)).toContain(problem)
  })
})
