import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  blockOverheadBytes,
  blockTag,
  frameSizeBytes,
  openBlock,
  openBody,
  openFrame,
  sealBlock,
  sealBlockInto,
} from '../../src/format/block.js'
import { Codec, parseBody, writeBodyHeader } from '../../src/format/block-body.js'
import { ChunkKind, ObjectType } from '../../src/format/ids.js'
import { Seals } from '../../src/format/seal.js'
import {
  expectFlipsRefused,
  expectFlipsUnderstood,
  expectRefused,
  expectTruncationsRefused,
} from './damage.js'
import { counting, material, sampleSeals } from './samples.js'

const seals = sampleSeals()
const header = writeBodyHeader(Codec.stored, [3, 5])
const payload = counting(8, 1)
const block = sealBlock(seals, ChunkKind.data, [header, payload])
const read = (bytes: Uint8Array) => parseBody(openBlock(seals, bytes, 'packs/x', ChunkKind.data), 'packs/x')

test('a block gives back its chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }), (lengths) => {
      const content = counting(lengths.reduce((sum, length) => sum + length))
      const sealed = sealBlock(seals, ChunkKind.tree, [writeBodyHeader(Codec.stored, lengths), content])
      const body = parseBody(openBlock(seals, sealed, 'x', ChunkKind.tree), 'x')
      expect([...body.lengths]).toEqual(lengths)
      expect(body.payload).toEqual(content)
      expect(body).toMatchObject({ codec: Codec.stored, contentSizeBytes: content.byteLength })
      expect(sealed.byteLength).toBe(blockOverheadBytes + 12 + 4 * lengths.length + content.byteLength)
    }),
  )
})

test('a block is sealed in place, and says its length and tag', () => {
  const target = Buffer.alloc(1000)
  const { sizeBytes, tag } = sealBlockInto(seals, ChunkKind.list, [header, payload], target, 100)
  const stored = target.subarray(100, 100 + sizeBytes)
  expect(blockTag(stored)).toEqual(Buffer.from(tag))
  expect(read.bind(undefined, stored)).toThrow()
  expect(openFrame(seals, stored, 'x')).toMatchObject({ kind: ChunkKind.list, epoch: 3, sizeBytes })
  expect(target.subarray(0, 100).every((byte) => byte === 0)).toBe(true)
  expect(target.subarray(100 + sizeBytes).every((byte) => byte === 0)).toBe(true)
})

test('a frame tells its kind where it is not known, as salvage needs it', () => {
  for (const kind of [ChunkKind.data, ChunkKind.list, ChunkKind.tree]) {
    expect(openFrame(seals, sealBlock(seals, kind, [header, payload]), 'x').kind).toBe(kind)
  }
  expectRefused(() => openFrame(seals, counting(frameSizeBytes), 'x'))
})

test('a damaged, shortened or lengthened block is corrupt', () => {
  expectTruncationsRefused(block, read)
  expectFlipsRefused(block, read)
})

test('a frame and a body of two blocks do not fit together', () => {
  const other = sealBlock(seals, ChunkKind.data, [header, payload])
  const frame = openFrame(seals, block, 'x')
  expectRefused(() => openBody(seals, frame, other.subarray(frameSizeBytes), 'x'))
})

test('a block of an older epoch opens, one of an unknown epoch is corrupt', () => {
  const older = new Seals({ ...material, epochs: material.epochs.slice(0, 1) })
  const sealed = sealBlock(older, ChunkKind.data, [header, payload])
  expect(sealed[0]).toBe(1)
  expect(read(sealed).payload).toEqual(payload)
  expectRefused(() => openBlock(older, block, 'x', ChunkKind.data))
})

test('reserved values and impossible lengths in a frame are corrupt (I-19)', () => {
  const frame = (change: (plaintext: Buffer) => void) => {
    const plaintext = Buffer.alloc(16)
    plaintext.writeUInt32LE(100)
    plaintext[4] = ChunkKind.data
    change(plaintext)
    return seals.seal(ObjectType.data, 1, '', plaintext)
  }
  expect(
    openFrame(
      seals,
      frame(() => undefined),
      'x',
    ).bodySizeBytes,
  ).toBe(100)
  for (let at = 4; at < 16; at++) {
    expectRefused(
      () =>
        openFrame(
          seals,
          frame((plaintext) => (plaintext[at]! ^= 2)),
          'x',
        ),
      at,
    )
  }
  for (const length of [0, 40, 2 ** 25, 2 ** 32 - 1]) {
    expectRefused(
      () =>
        openFrame(
          seals,
          frame((plaintext) => plaintext.writeUInt32LE(length)),
          'x',
        ),
      length,
    )
  }
})

test('every bound of a body is checked', () => {
  const body = Buffer.concat([header, payload])
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(body)
    change(bytes)
    return () => parseBody(bytes, 'x')
  }
  expectRefused(
    changed((bytes) => (bytes[0] = 2)),
    'codec',
  )
  expectRefused(
    changed((bytes) => (bytes[1] = 1)),
    'flags',
  )
  expectRefused(
    changed((bytes) => (bytes[3] = 1)),
    'reserved',
  )
  expectRefused(
    changed((bytes) => bytes.writeUInt32LE(1, 4)),
    'padding that is not zero',
  )
  expectRefused(
    changed((bytes) => bytes.writeUInt32LE(1000, 4)),
    'padding longer than the body',
  )
  expectRefused(
    changed((bytes) => bytes.writeUInt32LE(0, 8)),
    'no chunks',
  )
  expectRefused(
    changed((bytes) => bytes.writeUInt32LE(2 ** 32 - 1, 8)),
    'too many chunks',
  )
  expectRefused(
    changed((bytes) => bytes.writeUInt32LE(0, 12)),
    'an empty chunk',
  )
  expectRefused(
    changed((bytes) => bytes.writeUInt32LE(4_194_305, 12)),
    'a chunk above 4 MiB',
  )
  expectRefused(
    changed((bytes) => bytes.writeUInt32LE(4, 12)),
    'another sum',
  )
  expect(changed((bytes) => (bytes[2] = 1))).toThrow(expect.objectContaining({ code: 'unsupported-feature' }))
  expectTruncationsRefused(body, (bytes) => parseBody(bytes, 'x'))
  expectFlipsUnderstood(body, (bytes) => parseBody(bytes, 'x'))
})

test('the chunks of a block are at most 16 MiB together (I-4)', () => {
  const lengths = new Uint32Array(4).fill(4_194_304)
  const zstd = Buffer.concat([writeBodyHeader(Codec.zstd, lengths), payload])
  expect(parseBody(zstd, 'x').contentSizeBytes).toBe(16_777_216)
  const over = Buffer.alloc(12 + 20 + 8)
  over[0] = Codec.zstd
  over.writeUInt32LE(5, 8)
  for (let index = 0; index < 5; index++) over.writeUInt32LE(4_194_304, 12 + 4 * index)
  expectRefused(() => parseBody(over, 'x'))
  expect(() => writeBodyHeader(Codec.zstd, new Uint32Array(5).fill(4_194_304))).toThrow()
})

test('padding of zeros is passed over', () => {
  const padded = Buffer.concat([header, payload, Buffer.alloc(7)])
  padded.writeUInt32LE(7, 4)
  expect(parseBody(padded, 'x').payload).toEqual(payload)
})
