import { expect, test } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { sipKeyOf } from '../../src/crypto/siphash.js'
import { encodeEntryValue } from '../../src/format/entry-value.js'
import { NodeWriter, startsNewNode } from '../../src/format/node-writer.js'
import { keyOf } from '../../src/format/tree-key.js'
import { decodeLeaf } from '../../src/format/tree-node.js'
import { children } from './arbitrary-entries.js'
import { counting, sampleFile } from './samples.js'

test('a writer knows what an item will take before it takes it, and begins anew after each node', () => {
  const writer = new NodeWriter(0)
  const value = encodeEntryValue(sampleFile())
  for (const round of [1, 2]) {
    for (const name of ['a', 'ab', `b${'x'.repeat(250)}`]) {
      const key = keyOf('dir' as ByteString, name as ByteString)
      const before = writer.itemsSizeBytes
      const size = writer.sizeOfEntry(key, value)
      writer.addEntry(key, value)
      expect(writer.itemsSizeBytes, `round ${round}`).toBe(before + size)
    }
    expect(writer.count).toBe(3)
    expect(decodeLeaf(writer.finish(), 'x').entryCount).toBe(3)
    expect(writer).toMatchObject({ count: 0, itemsSizeBytes: 0, firstKey: undefined })
  }
  const inner = new NodeWriter(1)
  for (const child of children) {
    const before = inner.itemsSizeBytes
    const size = inner.sizeOfChild(child)
    inner.addChild(child)
    expect(inner.itemsSizeBytes).toBe(before + size)
  }
})

test('items out of order are a mistake of the program', () => {
  const writer = new NodeWriter(0)
  writer.addEntry('\0b' as ByteString, encodeEntryValue(sampleFile()))
  expect(() => writer.addEntry('\0b' as ByteString, encodeEntryValue(sampleFile()))).toThrow(/ascend/)
})

test('a node ends by its size and by the keyed hash of the next key', () => {
  const treeKey = sipKeyOf(counting(16))
  const cuts = (size: number, next = 100) =>
    Array.from({ length: 2000 }, (_, index) =>
      startsNewNode(treeKey, 0, `\0${index}` as ByteString, size, next),
    ).filter(Boolean).length
  expect(cuts(0, 100_000)).toBe(0)
  expect(cuts(4095)).toBe(0)
  expect(cuts(4096)).toBe(0)
  expect(cuts(65_500)).toBe(2000)
  // (30,000 - 4,096) / 65,536 of 2,000 are 790.
  expect(cuts(30_000)).toBeGreaterThan(690)
  expect(cuts(30_000)).toBeLessThan(890)
  const other = sipKeyOf(counting(16, 1))
  const pattern = (key: typeof treeKey, level: number) =>
    Array.from({ length: 64 }, (_, index) =>
      startsNewNode(key, level, `\0${index}` as ByteString, 34_000, 1),
    ).join()
  expect(pattern(other, 0)).not.toBe(pattern(treeKey, 0))
  expect(pattern(treeKey, 1)).not.toBe(pattern(treeKey, 0))
})
