import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blockOverheadBytes } from '../../src/format/block.js'
import {
  decodeDirectory,
  encodeDirectory,
  openDirectory,
  openPackTrailer,
  packTrailerSizeBytes,
  sealDirectory,
  sealedDirectorySizeBytes,
} from '../../src/format/directory.js'
import { ChunkKind, ObjectType } from '../../src/format/ids.js'
import type { DirectoryParts } from '../../src/format/pack-directory.js'
import {
  expectFlipsRefused,
  expectFlipsUnderstood,
  expectRefused,
  expectTruncationsRefused,
} from './damage.js'
import { counting, sampleSeals } from './samples.js'

const seals = sampleSeals()

function partsOf(blocks: readonly (readonly number[])[]): DirectoryParts {
  const chunkSizes = Uint32Array.from(blocks.flat())
  return {
    kind: ChunkKind.list,
    writerSlot: counting(16, 9),
    blockSizes: Uint32Array.from(blocks, (chunks) => blockOverheadBytes + 12 + 5 * chunks.length),
    blockTags: counting(16 * blocks.length, 3),
    blockChunkCounts: Uint32Array.from(blocks, (chunks) => chunks.length),
    chunkSizes,
    ids: Uint8Array.from({ length: 32 * chunkSizes.length }, (_, index) =>
      index % 32 < 28 ? index >>> 5 : index * 37,
    ),
  }
}

const blocksSize = ({ blockSizes }: DirectoryParts): number => blockSizes.reduce((sum, size) => sum + size, 0)

const sample = partsOf([[5, 6, 7], [4_194_303]])
const plaintext = encodeDirectory(sample)
const decode = (bytes: Uint8Array) => decodeDirectory(bytes, blocksSize(sample), 'packs/x')

function openPack(bytes: Uint8Array, packSizeBytes: number) {
  const end = bytes.byteLength - packTrailerSizeBytes
  const trailer = openPackTrailer(seals, bytes.subarray(Math.max(0, end)), packSizeBytes, 'packs/x')
  const sealed = bytes.subarray(end - trailer.directorySizeBytes, end)
  return openDirectory(seals, sealed, trailer, packSizeBytes, 'packs/x')
}

const lengths = fc.array(fc.integer({ min: 1, max: 4_000_000 }), { minLength: 1, maxLength: 4 })

test('a directory survives sealing and opening, and knows where every chunk is', () => {
  fc.assert(
    fc.property(fc.array(lengths, { minLength: 1, maxLength: 20 }), (blocks) => {
      const parts = partsOf(blocks)
      const sealed = sealDirectory(seals, parts)
      expect(sealed.byteLength).toBe(sealedDirectorySizeBytes(blocks.length, blocks.flat().length))
      const directory = openPack(sealed, blocksSize(parts) + sealed.byteLength)
      expect(directory.kind).toBe(ChunkKind.list)
      expect(directory.blockSizes).toEqual(parts.blockSizes)
      expect(directory.chunkSizes).toEqual(parts.chunkSizes)
      expect(Buffer.from(directory.ids)).toEqual(Buffer.from(parts.ids))
      let chunk = 0
      blocks.forEach((sizes, block) => {
        expect([...directory.chunkSizesOf(block)]).toEqual(sizes)
        expect(Buffer.from(directory.tagOf(block))).toEqual(
          Buffer.from(parts.blockTags.subarray(16 * block, 16 * block + 16)),
        )
        sizes.forEach((_, ordinal) => {
          expect(directory.locationOf(chunk)).toEqual({ block, ordinal })
          expect(directory.chunkAt({ block, ordinal })).toBe(chunk)
          expect(Buffer.from(directory.idOf(directory.find(directory.idOf(chunk))))).toEqual(
            Buffer.from(directory.idOf(chunk)),
          )
          chunk++
        })
      })
      expect(directory.find(Buffer.alloc(32, 0xfe))).toBe(-1)
    }),
    { numRuns: 50 },
  )
})

test('damage anywhere in the sealed directory or the trailer is corrupt', () => {
  const sealed = sealDirectory(seals, sample)
  const open = (bytes: Uint8Array) => openPack(bytes, blocksSize(sample) + sealed.byteLength)
  expectFlipsRefused(sealed, open)
  for (let length = 0; length < sealed.byteLength; length++)
    expectRefused(() => open(sealed.subarray(sealed.byteLength - length)), length)
})

test('a directory that does not fill its pack is corrupt (I-7)', () => {
  const sealed = sealDirectory(seals, sample)
  for (const off of [-1, 1, 1_000_000])
    expectRefused(() => openPack(sealed, blocksSize(sample) + sealed.byteLength + off), off)
})

test('a shortened, lengthened or changed directory never decodes to the same', () => {
  expectTruncationsRefused(plaintext, decode)
  expectFlipsUnderstood(plaintext, decode)
})

test('reserved values of a directory are corrupt (I-19)', () => {
  for (const at of [0, 2, 3, plaintext.byteLength - 2, plaintext.byteLength - 1]) {
    const changed = Buffer.from(plaintext)
    changed[at]! ^= 0x80
    expectRefused(() => decode(changed), at)
  }
  for (const kind of [0, 4, 255]) expectRefused(() => decode(Buffer.from(plaintext).fill(kind, 1, 2)), kind)
})

test('reserved values of a trailer are corrupt (I-19)', () => {
  for (let at = 4; at < 16; at++) {
    const trailer = Buffer.alloc(16)
    trailer.writeUInt32LE(100)
    trailer[4] = ChunkKind.data
    trailer[at]! ^= 0x40
    const sealed = seals.seal(ObjectType.directory, 2, '', trailer)
    expectRefused(() => openPackTrailer(seals, sealed, 1000, 'x'), at)
  }
})

test('a trailer and a directory of two kinds do not fit together', () => {
  const sealed = sealDirectory(seals, sample)
  const other = sealDirectory(seals, { ...sample, kind: ChunkKind.data })
  const mixed = Buffer.concat([
    sealed.subarray(0, sealed.byteLength - packTrailerSizeBytes),
    other.subarray(-packTrailerSizeBytes),
  ])
  expectRefused(() => openPack(mixed, blocksSize(sample) + mixed.byteLength))
})

test('counts and lengths out of bounds are corrupt', () => {
  const changed = (at: number, value: number, width = 4) => {
    const bytes = Buffer.from(plaintext)
    bytes.writeUIntLE(value, at, width)
    return () => decode(bytes)
  }
  expectRefused(changed(20, 0), 'no blocks')
  expectRefused(changed(20, 2 ** 32 - 1), 'too many blocks')
  expectRefused(changed(24, 2 ** 32 - 1), 'too many chunks')
  expectRefused(changed(28, 2 ** 32 - 1), 'a block above the pack')
  expectRefused(changed(28, blockOverheadBytes), 'an empty block')
  expectRefused(changed(48, 2), 'counts that do not add up')
  expectRefused(changed(48, 2 ** 32 - 1), 'a count beyond the chunks')
  expectRefused(changed(76, 0, 3), 'an empty chunk')
  expectRefused(changed(76, 4_194_305, 3), 'a chunk above 4 MiB')
})
