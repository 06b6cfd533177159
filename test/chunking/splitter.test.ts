import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Piece, splitByTheRules } from '../../src/chunking/oracle.js'
import { type ChunkingParameters, zeroRunBytesMin } from '../../src/chunking/parameters.js'
import { PieceList } from '../../src/chunking/piece-list.js'
import { Splitter } from '../../src/chunking/splitter.js'
import { VarveError } from '../../src/errors.js'
import { contentOf, partLists, periodic, smallParameters, stream, testGear } from './contents.js'
import { BufferedSplit, type Hole, piecesOf } from './split-in-buffers.js'

const BUFFER_BYTES = 2 ** 18

const expected = (content: Uint8Array, parameters: ChunkingParameters) =>
  splitByTheRules(content, testGear, parameters)

/** Compared as text, because thousands of failing comparisons of objects would make shrinking endless. */
const lines = (pieces: readonly Piece[]): string =>
  pieces.map(({ kind, offset, length }) => `${kind} ${offset} ${length}`).join('\n')

const zeroRuns = (content: Uint8Array): Hole[] => {
  const runs: Hole[] = []
  for (let p = 0; p < content.length; p++) {
    if (content[p] !== 0) continue
    const offset = p
    while (p < content.length && content[p] === 0) p++
    runs.push({ offset, length: p - offset })
  }
  return runs
}

describe.each(smallParameters)('a splitter with the levels $levels', (parameters) => {
  const buffered = new BufferedSplit(testGear, parameters, BUFFER_BYTES)
  const { bufferBytesMin } = buffered.splitter
  const zeroRun = zeroRunBytesMin(parameters)
  const bufferSizes = fc.array(
    fc.oneof(
      fc.integer({ min: bufferBytesMin, max: bufferBytesMin + 70 }),
      fc.integer({ min: bufferBytesMin, max: BUFFER_BYTES }),
    ),
    { minLength: 1, maxLength: 5 },
  )

  it('cuts as the rules say, through any sequence of buffers', () => {
    fc.assert(
      fc.property(partLists(zeroRun), bufferSizes, (parts, sizes) => {
        const content = contentOf(parts)
        expect(lines(buffered.split(content, sizes))).toBe(lines(expected(content, parameters)))
      }),
      { numRuns: 150 },
    )
  })

  it('gives for holes that it never sees the pieces of the zeros they stand for', () => {
    fc.assert(
      fc.property(
        partLists(zeroRun),
        bufferSizes,
        fc.nat(100),
        fc.nat(100),
        (parts, sizes, before, after) => {
          const content = contentOf(parts)
          // Zero bytes beside a hole were written; they belong to the same run.
          const holes = zeroRuns(content)
            .map(({ offset, length }) => ({ offset: offset + before, length: length - before - after }))
            .filter(({ length }) => length > 0)
          expect(lines(buffered.split(content, sizes, holes))).toBe(lines(expected(content, parameters)))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('cuts as the rules say at every size around a bound', () => {
    const bounds = parameters.levels.flatMap(({ fromOffset, averageBits }) =>
      [0, 1, 2, 4, 8].flatMap((halves) => [fromOffset, fromOffset + halves * 2 ** (averageBits - 1)]),
    )
    const sizes = new Set(
      bounds.flatMap((bound) => [bound - 1, bound, bound + 1]).filter((size) => size >= 0),
    )
    const random = stream(BUFFER_BYTES)
    const constant = periodic(BUFFER_BYTES, 1, 1)
    const zeros = new Uint8Array(BUFFER_BYTES)
    for (const size of sizes) {
      for (const content of [random, constant, zeros].map((whole) => whole.subarray(0, size))) {
        expect(buffered.split(content, [BUFFER_BYTES]), `${size} bytes`).toEqual(
          expected(content, parameters),
        )
      }
    }
  })

  it('leaves a tail of fewer bytes than a buffer needs', () => {
    fc.assert(
      fc.property(partLists(zeroRun), (parts) => {
        const content = contentOf(parts)
        fc.pre(content.length <= BUFFER_BYTES)
        const memory = new WebAssembly.Memory({ initial: 6, maximum: 6 })
        new Uint8Array(memory.buffer).set(content, 65536)
        const splitter = new Splitter(memory, 0, testGear, parameters)
        const consumed = splitter.split(
          65536,
          content.length,
          0,
          false,
          { inZeroRun: false },
          new PieceList(),
        )
        expect(content.length - consumed).toBeLessThan(bufferBytesMin)
      }),
    )
  })
})

describe('a splitter', () => {
  const [parameters] = smallParameters as [ChunkingParameters]
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 })
  const splitter = new Splitter(memory, 0, testGear, parameters)

  it('gives no piece for an empty file', () => {
    const out = new PieceList()
    expect(splitter.split(65536, 0, 0, true, { inZeroRun: false }, out)).toBe(0)
    expect(out.count).toBe(0)
  })

  it('continues an extent that ended with the buffer before, without a second piece', () => {
    const out = new PieceList()
    const state = { inZeroRun: false }
    expect(splitter.split(65536, 5000, 0, false, state, out)).toBe(5000)
    splitter.hole(2 ** 40, state, out)
    expect(splitter.split(65536, 1, 2 ** 40 + 5000, true, state, out)).toBe(1)
    expect(piecesOf(out)).toEqual([{ kind: 'zero-extent', offset: 0, length: 2 ** 40 + 5001 }])
  })

  it('takes no hole outside an extent, where its zeros may be part of a chunk', () => {
    expect(() => splitter.hole(1, { inZeroRun: false }, new PieceList())).toThrow()
  })

  it('refuses parameters that break a rule', () => {
    expect(() => new Splitter(memory, 0, testGear, { levels: [] })).toThrow(VarveError)
  })
})
