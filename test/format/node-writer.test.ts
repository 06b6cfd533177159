import { expect, test } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { sipKeyOf } from '../../src/crypto/siphash.js'
import { encodeEntryValue } from '../../src/format/entry-value.js'
import { type GrowingNode, NodeWriter, startsNewNode } from '../../src/format/node-writer.js'
import { keyOf } from '../../src/format/tree-key.js'
import { decodeLeaf } from '../../src/format/tree-node.js'
import { children } from './arbitrary-entries.js'
import { counting, sampleFile } from './samples.js'

const treeKey = sipKeyOf(counting(16))

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

const cutsOf = (node: GrowingNode, nextSizeBytes = 100, key = treeKey) =>
  Array.from({ length: 2000 }, (_, index) =>
    startsNewNode(key, node, `\0${index}` as ByteString, nextSizeBytes),
  )
const cuts = (node: GrowingNode, nextSizeBytes?: number) => cutsOf(node, nextSizeBytes).filter(Boolean).length

const leafOf = (itemsSizeBytes: number): GrowingNode => ({ level: 0, count: 40, itemsSizeBytes })
const innerOf = (itemsSizeBytes: number, count = 40): GrowingNode => ({ level: 1, count, itemsSizeBytes })

test('a leaf ends by its size and by the keyed hash of the next key, from 4,096 bytes on (§8.3)', () => {
  expect(cuts({ level: 0, count: 0, itemsSizeBytes: 0 }, 100_000)).toBe(0)
  expect(cuts(leafOf(4096))).toBe(0)
  expect(cuts({ ...leafOf(65_436), count: 1 })).toBeLessThan(2000)
  expect(cuts({ ...leafOf(65_437), count: 1 })).toBe(2000)
  // (30,000 - 4,096) / 65,536 of 2,000 are 790.
  expect(cuts(leafOf(30_000))).toBeGreaterThan(690)
  expect(cuts(leafOf(30_000))).toBeLessThan(890)
})

test('an inner node ends in the same way from 1,024 bytes on, but not before it has 16 children (§8.3)', () => {
  expect(cuts(innerOf(1024))).toBe(0)
  // (4,096 - 1,024) / 65,536 of 2,000 are 94.
  expect(cuts(innerOf(4096))).toBeGreaterThan(50)
  expect(cuts(innerOf(4096))).toBeLessThan(140)
  expect(cuts(innerOf(65_437))).toBe(2000)
  expect(cuts(innerOf(1_000_000, 15))).toBe(0)
  expect(cuts(innerOf(1_000_000, 16))).toBe(2000)
})

test('which keys end a node depends on the tree key and the level', () => {
  const pattern = cutsOf(innerOf(34_000)).join()
  expect(cutsOf(innerOf(34_000), 100, sipKeyOf(counting(16, 1))).join()).not.toBe(pattern)
  expect(cutsOf({ ...innerOf(34_000), level: 2 }).join()).not.toBe(pattern)
})
