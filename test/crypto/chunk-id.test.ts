import { createHmac } from 'node:crypto'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChunkHasher, chunkIdSizeBytes } from '../../src/crypto/chunk-id.js'
import { fromHex, vectorsOf } from './vectors.js'

interface ChunkIdVectors {
  readonly idKey: string
  readonly vectors: readonly { readonly typeByte: number; readonly sizeBytes: number; readonly id: string }[]
}

const { idKey, vectors } = vectorsOf<ChunkIdVectors>('chunk-id')
const key = fromHex(idKey)
/** Where the fast way can be taken, and where there is no room for its prefix. */
const starts = [0, 1, 64, 65, 66, 500]

const idByHmac = (hmacKey: Uint8Array, typeByte: number, plaintext: Uint8Array): Buffer =>
  createHmac('sha256', hmacKey).update(Uint8Array.of(typeByte)).update(plaintext).digest()

describe('chunk ids', () => {
  it.each(vectors)(
    'of type $typeByte and $sizeBytes bytes are those of the vectors',
    ({ typeByte, sizeBytes, id }) => {
      const plaintext = Uint8Array.from(
        { length: sizeBytes },
        (_, index) => 7 * index * index + 13 * index + 5,
      )
      for (const start of starts) {
        const arena = Buffer.concat([Buffer.alloc(start, 0xaa), plaintext, Buffer.alloc(10, 0xbb)])
        expect(new ChunkHasher(key).idOf(typeByte, arena, start, start + sizeBytes).toString('hex')).toBe(id)
      }
    },
  )

  it.each(vectors)('of $sizeBytes bytes have a second opinion', ({ typeByte, sizeBytes, id }) => {
    const plaintext = Uint8Array.from({ length: sizeBytes }, (_, index) => 7 * index * index + 13 * index + 5)
    const message = Buffer.concat([Uint8Array.of(typeByte), plaintext])
    expect(Buffer.from(hmac(sha256, key, message)).toString('hex')).toBe(id)
  })

  it('equal HMAC-SHA-256 anywhere in an arena, and leave the arena unchanged', () => {
    const contents = fc.uint8Array({ minLength: 0, maxLength: 1000 })
    const anyKey = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const fraction = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        anyKey,
        contents,
        fraction,
        fraction,
        fc.nat(255),
        (idKeyBytes, arena, from, to, typeByte) => {
          const start = Math.floor(from * arena.byteLength)
          const end = start + Math.floor(to * (arena.byteLength - start))
          const before = Buffer.from(arena)
          const id = new ChunkHasher(idKeyBytes).idOf(typeByte, arena, start, end)
          expect(id).toEqual(idByHmac(idKeyBytes, typeByte, before.subarray(start, end)))
          expect(Buffer.from(arena)).toEqual(before)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('are the same from memory that threads share, also in a view that does not begin at its start', () => {
    const arena = new Uint8Array(new SharedArrayBuffer(5000), 100)
    for (let index = 0; index < arena.byteLength; index++) arena[index] = index * 31
    const before = Buffer.from(arena)
    const hasher = new ChunkHasher(key)
    for (const start of starts) {
      expect(hasher.idOf(1, arena, start, 4000)).toEqual(idByHmac(key, 1, before.subarray(start, 4000)))
    }
    expect(Buffer.from(arena)).toEqual(before)
  })

  it('of one hasher do not depend on what it hashed before', () => {
    const hasher = new ChunkHasher(key)
    const arena = Buffer.alloc(300, 3)
    const first = hasher.idOf(1, arena, 100, 300)
    expect(first).toHaveLength(chunkIdSizeBytes)
    const other = hasher.idOf(2, arena, 100, 300)
    expect(other).not.toEqual(first)
    expect(hasher.idOf(1, arena, 100, 300)).toEqual(first)
    expect(first).toEqual(idByHmac(key, 1, arena.subarray(100)))
  })

  it('refuse a range that does not lie in the arena', () => {
    const hasher = new ChunkHasher(key)
    expect(() => hasher.idOf(1, Buffer.alloc(100), 80, 101)).toThrow()
    expect(() => hasher.idOf(1, Buffer.alloc(100), 80, 79)).toThrow()
    expect(() => hasher.idOf(1, Buffer.alloc(100), -1, 79)).toThrow()
  })
})
