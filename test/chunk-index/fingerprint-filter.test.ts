import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FingerprintFilter, fillSegment, newFilterSegment } from '../../src/chunk-index/fingerprint-filter.js'
import { anyId, idOf } from './entries.js'

const newFilter = (): FingerprintFilter => new FingerprintFilter({ buffers: [newFilterSegment(0)] })
const manyIds = (count: number, seed: number): Uint8Array[] => {
  const words = new Uint32Array(count * 8)
  for (let n = 0, state = seed; n < words.length; n++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    words[n] = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
  }
  const bytes = new Uint8Array(words.buffer)
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * 32, n * 32 + 32))
}

test('What was inserted may be contained, always', () => {
  fc.assert(
    fc.property(fc.array(anyId), fc.array(anyId), (first, second) => {
      const filter = newFilter()
      for (const id of first) filter.insert(id)
      filter.addSegment(filter.newSegment())
      for (const id of second) filter.insert(id)
      const attached = new FingerprintFilter(structuredClone(filter.segments))
      for (const id of [...first, ...second]) expect(attached.mayContain(id)).toBe(true)
    }),
    { numRuns: 20 },
  )
})

test('An id whose fingerprint bytes are zero is kept like any other', () => {
  const filter = newFilter()
  const id = idOf(1)
  id.fill(0, 8, 10)
  expect(filter.mayContain(id)).toBe(false)
  filter.insert(id)
  expect(filter.mayContain(id)).toBe(true)
})

test('A nearly full filter calls fewer than one new id in a thousand known', () => {
  const filter = newFilter()
  for (const id of manyIds(880_000, 1)) filter.insert(id)
  const maybes = manyIds(100_000, 99).filter((id) => filter.mayContain(id)).length
  expect(maybes).toBeLessThan(100)
})

test('A filter asks for a segment before it is full, and drops inserts only when it is', () => {
  const filter = newFilter()
  let dropped = 0
  let asked = 0
  manyIds(1_100_000, 2).forEach((id, n) => {
    if (!filter.insert(id)) dropped ||= n
    if (asked === 0 && filter.needsSegment) asked = n
  })
  expect(asked).toBeGreaterThan(880_000)
  expect(dropped).toBeGreaterThan(asked)
  filter.addSegment(filter.newSegment())
  expect(filter.needsSegment).toBe(false)
  expect(filter.insert(idOf('late'))).toBe(true)
})

test('Filling in bulk is the same as inserting one by one', () => {
  const ids = manyIds(5000, 3)
  const bulk = newFilterSegment(0)
  fillSegment(bulk, new Uint8Array(ids[0]!.buffer), 0, ids.length, 32)
  const single = newFilter()
  for (const id of ids) single.insert(id)
  const filter = new FingerprintFilter({ buffers: [bulk] })
  expect(filter.count).toBe(single.count)
  for (const id of ids) expect(filter.mayContain(id)).toBe(true)
})

test('A segment can have room for any number of chunks', () => {
  for (let count = 2_000_000; count < 2_000_008; count++)
    expect(new FingerprintFilter({ buffers: [newFilterSegment(count)] }).needsSegment).toBe(false)
})
