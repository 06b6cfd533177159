import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { deriveGear } from '../../src/chunking/gear.js'
import { instantiateKernel } from '../../src/chunking/kernel.js'
import type { Piece } from '../../src/chunking/oracle.js'
import type { ChunkingParameters } from '../../src/chunking/parameters.js'
import { smallParameters, stream, testGear } from './contents.js'
import { BufferedSplit } from './split-in-buffers.js'

const KIB = 1024
const MIB = KIB * KIB
const BUFFER_BYTES = MIB

const [oneLevel, threeLevels] = smallParameters as [ChunkingParameters, ChunkingParameters]

const split = (content: Uint8Array, parameters: ChunkingParameters, gear = testGear): Piece[] =>
  new BufferedSplit(gear, parameters, BUFFER_BYTES).split(content, [BUFFER_BYTES])

const nameOf = (content: Uint8Array, { offset, length }: Piece): string =>
  createHash('sha256')
    .update(content.subarray(offset, offset + length))
    .digest('hex')

/** Bytes of the chunks of `after` that are not among the chunks of `before`: what a second backup stores. */
const newBytes = (before: Uint8Array, after: Uint8Array, parameters: ChunkingParameters): number => {
  const known = new Set(split(before, parameters).map((piece) => nameOf(before, piece)))
  return split(after, parameters)
    .filter((piece) => !known.has(nameOf(after, piece)))
    .reduce((sum, { length }) => sum + length, 0)
}

describe('cuts', () => {
  it('come back after bytes were inserted at the front', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const before = stream(512 * KIB, seed)
      const after = Buffer.concat([stream(seed * 97, 1000 + seed), before])
      // 2 KiB of insertion at most; after it, and after each of the two borders of levels, a few chunks differ.
      expect(newBytes(before, after, oneLevel), `seed ${seed}`).toBeLessThan(12 * KIB)
      expect(newBytes(before, after, threeLevels), `seed ${seed}`).toBeLessThan(64 * KIB)
    }
  })

  it('stay where they were before and well after an edit in the middle', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const before = stream(512 * KIB, seed)
      const after = Buffer.from(before)
      after[256 * KIB]! ^= 1
      const bytes = newBytes(before, after, threeLevels)
      expect(bytes).toBeGreaterThan(0)
      expect(bytes, `seed ${seed}`).toBeLessThan(36 * KIB)
    }
  })

  it('allowed for a larger average are allowed for every smaller one', () => {
    const memory = new WebAssembly.Memory({ initial: 17, maximum: 17 })
    const kernel = instantiateKernel(memory)
    const [gearAddress, start, end] = [0, 65536, 65536 + MIB]
    const bytes = new Uint8Array(memory.buffer)
    bytes.set(testGear, gearAddress)
    bytes.set(stream(MIB), start)
    const cutsAt = (zeroBits: number): Set<number> => {
      const cuts = new Set<number>()
      for (let p = start + 64; p < end; p++) {
        p = kernel.findCut(p, end, zeroBits, gearAddress)
        if (p < end) cuts.add(p)
      }
      return cuts
    }
    let smaller = cutsAt(8)
    expect(smaller.size).toBeGreaterThan(3800)
    for (let zeroBits = 9; zeroBits <= 16; zeroBits++) {
      const larger = cutsAt(zeroBits)
      expect(larger.size).toBeGreaterThan(0)
      expect([...larger].filter((cut) => !smaller.has(cut))).toEqual([])
      expect(larger.size).toBeLessThan(smaller.size)
      smaller = larger
    }
  })

  it('make chunks of 1.19 times the average, and never too small or too large', () => {
    // 1/2 for the minimum, 4 (1 - e^(-1/8)) with the hard mask, e^(-1/8) / 4 with the easy one: 1.19 (rules 6 and 7).
    const expectedRatio = 0.5 + 4 * (1 - Math.exp(-1 / 8)) + Math.exp(-1 / 8) / 4
    const content = stream(8 * MIB)
    const lengths = split(content, oneLevel).map(({ length }) => length)
    lengths.pop()
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
    expect(Math.abs(mean / KIB - expectedRatio)).toBeLessThan(0.02)
    expect(lengths.reduce((a, b) => Math.min(a, b))).toBeGreaterThanOrEqual(KIB / 2)
    expect(lengths.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(4 * KIB)
  })

  it('depend on the key', () => {
    const content = stream(256 * KIB)
    const ends = (gear: Uint8Array) => new Set(split(content, oneLevel, gear).map((p) => p.offset + p.length))
    const other = ends(deriveGear(new Uint8Array(32).fill(9)))
    const shared = [...ends(testGear)].filter((end) => other.has(end))
    // The end of the file, and what coincides by chance: about one in a thousand.
    expect(shared.length).toBeLessThan(5)
  })
})
