import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newPendingTable, PendingTable } from '../../src/chunk-index/pending-table.js'
import { anyId, idOf } from './entries.js'

test('A table answers as a set of whole ids does, until it is full', () => {
  fc.assert(
    fc.property(fc.array(anyId, { maxLength: 400, size: 'max' }), (ids) => {
      const table = new PendingTable(newPendingTable(256))
      const other = new PendingTable(table.buffer)
      const model = new Set<string>()
      for (const id of ids) {
        const key = Buffer.from(id).toString('hex')
        const expected = model.has(key) ? 'present' : model.size < 192 ? 'inserted' : 'full'
        expect(table.has(id)).toBe(model.has(key))
        expect(table.insertIfAbsent(id)).toBe(expected)
        if (expected === 'inserted') model.add(key)
        expect(other.has(id)).toBe(model.has(key))
      }
      expect(table.count).toBe(model.size)
    }),
    { numRuns: 100 },
  )
})

test('Ids that differ only in their last byte are two chunks', () => {
  const table = new PendingTable(newPendingTable(256))
  const id = idOf(1)
  const other = idOf(1)
  other[31]! ^= 1
  expect(table.insertIfAbsent(id)).toBe('inserted')
  expect(table.has(other)).toBe(false)
  expect(table.insertIfAbsent(other)).toBe('inserted')
})

test('A slot whose thread ended while writing it does not stop the others', () => {
  const id = idOf(1)
  const table = new PendingTable(newPendingTable(256))
  table.insertIfAbsent(id)
  const states = new Int32Array(table.buffer, 64, 256)
  const slot = states.findIndex((state) => state !== 0)
  states[slot] = (states[slot]! & ~3) | 1
  expect(table.has(id)).toBe(false)
  expect(table.insertIfAbsent(id)).toBe('inserted')
  expect(table.has(id)).toBe(true)
})

test('A table says that it is filling before it is full', () => {
  const table = new PendingTable(newPendingTable(1000))
  for (let n = 0; n < 599; n++) table.insertIfAbsent(idOf(n))
  expect(table.isFilling).toBe(false)
  table.insertIfAbsent(idOf(599))
  expect(table.isFilling).toBe(true)
  expect(table.insertIfAbsent(idOf(600))).toBe('inserted')
})
