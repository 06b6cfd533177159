import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { deriveGear } from '../../src/chunking/gear.js'
import type { ChunkingParameters } from '../../src/chunking/parameters.js'

/** The key of the published vectors: the bytes 0 to 31. */
const vectorKey = Uint8Array.from({ length: 32 }, (_, index) => index)
export const testGear = deriveGear(vectorKey)

/** The content of the published vectors: AES-256-CTR over zeros. Different seeds give independent streams. */
export const stream = (length: number, seed = 0): Uint8Array => {
  const counter = Buffer.alloc(16)
  counter.writeUInt32BE(seed)
  return createCipheriv('aes-256-ctr', vectorKey, counter).update(Buffer.alloc(length))
}

const textLike = (length: number, seed: number): Uint8Array => {
  const words = ['the ', 'varve ', 'of ', 'clay, ', 'and\n', 'a ', 'lake ', 'winter. ']
  const choices = stream(length, seed)
  return Buffer.from(Array.from(choices, (byte) => words[byte & 7]).join('')).subarray(0, length)
}

export const periodic = (length: number, period: number, seed: number): Uint8Array =>
  Buffer.alloc(length, stream(period, seed))

/** A part of a test file, as a description: a failing property prints it and shrinks it faster than bytes. */
export type Part =
  | { readonly kind: 'random' | 'text'; readonly length: number; readonly seed: number }
  | { readonly kind: 'periodic'; readonly length: number; readonly period: number; readonly seed: number }
  | { readonly kind: 'zeros'; readonly length: number }
  /** One byte that is not zero, so that zeros on both sides are runs of their own. */
  | { readonly kind: 'separator' }

const bytesOfPart = (part: Part): Uint8Array => {
  if (part.kind === 'random') return stream(part.length, part.seed)
  if (part.kind === 'text') return textLike(part.length, part.seed)
  if (part.kind === 'periodic') return periodic(part.length, part.period, part.seed)
  return part.kind === 'zeros' ? new Uint8Array(part.length) : Uint8Array.of(0xff)
}

export const contentOf = (parts: readonly Part[]): Uint8Array => Buffer.concat(parts.map(bytesOfPart))

/** Files out of everything that chunking treats differently, with zero runs just shorter and just longer than an extent. */
export const partLists = (zeroRunBytes: number): fc.Arbitrary<Part[]> => {
  const length = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 3 * zeroRunBytes }))
  const nearExtent = fc.integer({ min: zeroRunBytes - 2, max: zeroRunBytes + 2 })
  const seed = fc.nat(0xffff)
  const part: fc.Arbitrary<Part> = fc.oneof(
    fc.record({ kind: fc.constantFrom('random', 'text'), length, seed }),
    fc.record({ kind: fc.constant('periodic'), length, period: fc.integer({ min: 1, max: 300 }), seed }),
    fc.record({ kind: fc.constant('zeros'), length: fc.oneof(nearExtent, length) }),
    fc.record({ kind: fc.constant('separator') }),
  )
  return fc.array(part, { maxLength: 8 })
}

const KIB = 1024

/** Parameters so small that a short file crosses every level and holds many extents. */
export const smallParameters: readonly ChunkingParameters[] = [
  { levels: [{ fromOffset: 0, averageBits: 10 }] },
  {
    levels: [
      { fromOffset: 0, averageBits: 10 },
      { fromOffset: 8 * KIB, averageBits: 11 },
      { fromOffset: 20 * KIB, averageBits: 12 },
    ],
  },
  {
    levels: [
      { fromOffset: 0, averageBits: 10 },
      // Several levels within one chunk, at odd offsets, and one that changes nothing.
      { fromOffset: 601, averageBits: 10 },
      { fromOffset: 1025, averageBits: 11 },
      { fromOffset: 1027, averageBits: 12 },
    ],
  },
]
