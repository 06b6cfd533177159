import { expect, test } from 'vitest'
import { ChunkKind, type IndexId, ObjectType, type PackId } from '../../src/format/ids.js'
import { packLocation, unpackLocation, writeIndexEntry } from '../../src/format/index-entry.js'
import {
  decodeIndexFile,
  encodeIndexFile,
  type IndexContent,
  indexTrailerSizeBytes,
  openIndexTrailer,
} from '../../src/format/index-file.js'
import { expectFlipsRefused, expectRefused, expectTruncationsRefused } from './damage.js'
import { sampleSeals } from './samples.js'

const seals = sampleSeals()
const packs = [
  { id: 'aa'.repeat(32) as PackId, sizeBytes: 1_000_000, kind: ChunkKind.data },
  { id: 'bb'.repeat(32) as PackId, sizeBytes: 1_073_741_824, kind: ChunkKind.tree },
]

function contentOf(count: number): IndexContent {
  const entries = Buffer.alloc(24 * count)
  const id = Buffer.alloc(16, 0x55)
  for (let index = 0, at = 0; index < count; index++) {
    id.writeUInt32BE(index * 1000)
    at = writeIndexEntry(entries, at, id, 0, index % 2, packLocation({ block: index % 4095, ordinal: index }))
  }
  return { packs, entries, superseded: ['cc'.repeat(32) as IndexId] }
}

const noDecompress = () => {
  throw new Error('nothing is compressed here')
}
const fileOf = (content: IndexContent) => Buffer.concat(encodeIndexFile(seals, content))
const decode = (bytes: Uint8Array) => decodeIndexFile(seals, bytes, noDecompress, 'index/x')

test.each([0, 1, 2730, 2731, 10_000])('an index file of %i entries gives back what was put in', (count) => {
  const content = contentOf(count)
  expect(decode(fileOf(content))).toEqual(content)
})

test('pages go through the compressor that is given, and back', () => {
  const content = contentOf(3000)
  const inverted = (bytes: Uint8Array) => Uint8Array.from(bytes, (byte) => byte ^ 0xff)
  const file = Buffer.concat(encodeIndexFile(seals, content, inverted))
  expect(decodeIndexFile(seals, file, inverted, 'x')).toEqual(content)
  expectRefused(() => decodeIndexFile(seals, file, noDecompress, 'x'))
  expectRefused(() => decodeIndexFile(seals, file, () => Buffer.alloc(3), 'x'))
})

test('damage anywhere is corrupt', () => {
  const file = fileOf(contentOf(3))
  expectTruncationsRefused(file, decode)
  expectFlipsRefused(file, decode)
})

test("pages do not open in each other's place", () => {
  const [first, second, ...end] = encodeIndexFile(seals, contentOf(5460))
  expect(first!.byteLength).toBe(second!.byteLength)
  expectRefused(() => decode(Buffer.concat([second!, first!, ...end])))
})

test('entries that do not ascend or name what is not there are not written', () => {
  const swapped = contentOf(2)
  swapped.entries.reverse()
  expect(() => fileOf(swapped)).toThrow()
  expect(() => fileOf({ ...contentOf(2), packs: packs.slice(0, 1) })).toThrow(/beyond its table/)
})

test('reserved values of the trailer are corrupt (I-19)', () => {
  for (let at = 4; at < 16; at++) {
    const trailer = Buffer.alloc(16)
    trailer[at] = 1
    const sealed = seals.seal(ObjectType.index, 3, '', trailer)
    expectRefused(() => openIndexTrailer(seals, sealed, 1000, 'x'), at)
  }
})

test('reserved values and other counts in the fence are corrupt (I-19)', () => {
  const [page, fence] = encodeIndexFile(seals, contentOf(2)) as [Buffer, Buffer]
  const plaintext = seals.open(ObjectType.index, 2, '', fence, 'x')
  const withFence = (change: (bytes: Buffer) => void) => {
    const changed = Buffer.from(plaintext)
    change(changed)
    const sealed = seals.seal(ObjectType.index, 2, '', changed)
    const trailer = Buffer.alloc(16)
    trailer.writeUInt32LE(sealed.byteLength)
    return Buffer.concat([page, sealed, seals.seal(ObjectType.index, 3, '', trailer)])
  }
  expect(decode(withFence(() => undefined)).packs).toEqual(packs)
  for (const at of [0, 1, 2, 3, 4, 8, 12, 16, 22])
    expectRefused(() => decode(withFence((bytes) => (bytes[at]! ^= 8))), at)
  expectRefused(() => decode(withFence((bytes) => (bytes[24 + 36] = 9))), 'kind')
  expectRefused(() => decode(withFence((bytes) => (bytes[24 + 74] = 9))), 'first prefix')
  expectRefused(() => decode(withFence((bytes) => (bytes[24 + 74 + 16]! ^= 1))), 'stored length')
  expect(indexTrailerSizeBytes).toBe(57)
})

test('a location is a block and a chunk in it', () => {
  for (const location of [
    { block: 0, ordinal: 0 },
    { block: 4094, ordinal: 1_048_575 },
  ]) {
    expect(unpackLocation(packLocation(location))).toEqual(location)
  }
  expect(packLocation({ block: 4094, ordinal: 1 })).toBe(4094 * 2 ** 20 + 1)
})
