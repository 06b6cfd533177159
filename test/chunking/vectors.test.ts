import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { deriveGear } from '../../src/chunking/gear.js'
import { type Piece, splitByTheRules } from '../../src/chunking/oracle.js'
import { type ChunkLevel, defaultChunking } from '../../src/chunking/parameters.js'
import { stream } from './contents.js'
import { BufferedSplit } from './split-in-buffers.js'

interface Vectors {
  readonly chunkerKey: string
  readonly gear: { readonly sha256: string; readonly firstEntries: string[]; readonly lastEntry: string }
  readonly cases: readonly Case[]
}

interface Case {
  readonly name: string
  readonly levels: ChunkLevel[]
  readonly content: readonly { readonly kind: 'stream' | 'zeros'; readonly length: number }[]
  readonly contentSha256: string
  readonly pieceCount: number
  readonly piecesSha256: string
  readonly firstPieces: readonly string[]
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/vectors/${name}`, import.meta.url), 'utf8'))
const vectors = read('chunking.json') as Vectors
const cases = [...vectors.cases, ...(read('chunking-default.json') as Pick<Vectors, 'cases'>).cases]
const gear = deriveGear(Buffer.from(vectors.chunkerKey, 'hex'))

const MIB = 2 ** 20
const BUFFER_BYTES = 4 * MIB

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex')

const sizeOf = ({ content }: Case): number => content.reduce((sum, { length }) => sum + length, 0)

const contentOf = ({ content }: Case): Uint8Array => {
  let used = 0
  const whole = stream(content.reduce((sum, { kind, length }) => sum + (kind === 'stream' ? length : 0), 0))
  const parts = content.map(({ kind, length }) => {
    if (kind === 'zeros') return new Uint8Array(length)
    used += length
    return whole.subarray(used - length, used)
  })
  return Buffer.concat(parts)
}

const expectPieces = (pieces: readonly Piece[], expected: Case): void => {
  const lines = pieces.map(({ kind, length }) => `${kind} ${length}`)
  expect(lines.slice(0, 64)).toEqual(expected.firstPieces)
  expect(lines.length).toBe(expected.pieceCount)
  expect(sha256(lines.map((line) => `${line}\n`).join(''))).toBe(expected.piecesSha256)
}

describe('the published vectors of chunking', () => {
  it('hold for the gear table', () => {
    const view = new DataView(gear.buffer)
    const entry = (index: number) =>
      view
        .getBigUint64(index * 8, true)
        .toString(16)
        .padStart(16, '0')
    expect(sha256(gear)).toBe(vectors.gear.sha256)
    expect([0, 1, 2, 3].map(entry)).toEqual(vectors.gear.firstEntries)
    expect(entry(255)).toBe(vectors.gear.lastEntry)
  })

  it('are there for the levels of a new repository', () => {
    expect(cases.at(-1)?.levels).toEqual(defaultChunking.levels)
  })

  it.each(cases)('hold for $name', (vector) => {
    const content = contentOf(vector)
    const parameters = { levels: vector.levels }
    expect(sha256(content)).toBe(vector.contentSha256)
    const split = new BufferedSplit(gear, parameters, BUFFER_BYTES).split(content, [BUFFER_BYTES])
    expectPieces(split, vector)
  })

  it.each(cases.filter((vector) => sizeOf(vector) < MIB))('hold by the rules for $name', (vector) => {
    expectPieces(splitByTheRules(contentOf(vector), gear, { levels: vector.levels }), vector)
  })
})
