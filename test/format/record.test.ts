import { decode, encode } from 'cborg'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CborReader } from '../../src/format/cbor-reader.js'
import { CborWriter, cborHeadSizeBytes } from '../../src/format/cbor-writer.js'
import { readExtensions, refuseCriticalExtensions } from '../../src/format/extension.js'
import { Fields, openRecord } from '../../src/format/fields.js'
import { decodeRecord, encodeRecord, type RecordValue } from '../../src/format/record.js'
import { expectRefused } from './damage.js'

const depth = fc.createDepthIdentifier()
const values = fc.letrec<{ value: RecordValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthIdentifier: depth },
    fc.maxSafeInteger(),
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.startsWith('\ufeff')),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5, depthIdentifier: depth }),
  ),
})).value

const read = (bytes: Uint8Array) => decodeRecord(bytes, 'a record', 1_000_000)

test('a record survives encoding and decoding', () => {
  fc.assert(
    fc.property(values, (value) => {
      expect(read(encodeRecord(value))).toEqual(value)
    }),
  )
})

test('bytes that decode are exactly those that encoding gives (I-1)', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      let value: RecordValue
      try {
        value = read(bytes)
      } catch (error) {
        expect(error).toMatchObject({ code: 'corrupt' })
        return
      }
      expect(Buffer.from(encodeRecord(value)).equals(bytes)).toBe(true)
    }),
    { numRuns: 5000 },
  )
})

test('the strict walk accepts what cborg accepts and encodes again to the same bytes, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 10 }), (bytes) => {
      const text = Buffer.from(bytes).some((byte) => byte >>> 5 === 3)
      fc.pre(!text)
      let walked = true
      try {
        const reader = new CborReader(bytes, 'x')
        reader.skip(16)
        reader.end()
      } catch {
        walked = false
      }
      expect(walked).toBe(isCanonicalByCborg(bytes))
    }),
    { numRuns: 5000 },
  )
})

function isCanonicalByCborg(bytes: Uint8Array): boolean {
  try {
    const value: unknown = decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowBigInt: false,
    })
    return allowed(value) && Buffer.from(encode(value)).equals(bytes)
  } catch {
    return false
  }
}

const allowed = (value: unknown): boolean =>
  value === null ||
  typeof value === 'boolean' ||
  Number.isSafeInteger(value) ||
  value instanceof Uint8Array ||
  (Array.isArray(value) && value.every(allowed))

test.each([
  ['a float', 'f93c00'],
  ['a float that is no integer', 'f93e00'],
  ['a map', 'a0'],
  ['a tag', 'c100'],
  ['undefined', 'f7'],
  ['an indefinite array', '9fff'],
  ['an indefinite byte string', '5f4100ff'],
  ['a number that is longer than needed', '1800'],
  ['a number above 2^53 - 1', '1b0020000000000000'],
  ['a number below -(2^53 - 1)', '3b001fffffffffffff'],
  ['a length that is longer than needed', '580100'],
  ['an array longer than itself', '9b001fffffffffffff'],
  ['a byte string longer than itself', '5affffffff00'],
  ['text that is not UTF-8', '61ff'],
  ['two items', '0000'],
  ['nothing', ''],
])('%s is no record', (_, hex) => {
  expectRefused(() => read(Buffer.from(hex, 'hex')))
})

test('arrays may be nested sixteen deep, not seventeen', () => {
  const nested = (levels: number) => Buffer.concat([Buffer.alloc(levels, 0x81), Buffer.of(0)])
  expect(read(nested(16))).toBeDefined()
  expectRefused(() => read(nested(17)))
  expectRefused(() => read(Buffer.concat([Buffer.alloc(16, 0x81), Buffer.of(0x80)])))
  expectRefused(() => read(Buffer.alloc(900_000, 0x81)))
})

test('a record longer than its caller allows is refused before it is looked at', () => {
  expectRefused(() => decodeRecord(encodeRecord(['aaaa']), 'a record', 5))
})

test('text that UTF-8 would change is refused when it is written', () => {
  for (const text of ['\ud800', '\ufeffx']) {
    expect(() => encodeRecord([text])).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  }
})

test('numbers that a record cannot hold are a mistake of the program', () => {
  for (const number of [1.5, 2 ** 53, Number.NaN])
    expect(() => encodeRecord([number])).toThrow(/safe integers/)
})

test('the writer writes what cborg writes', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger()), fc.uint8Array({ maxLength: 300 }), (numbers, bytes) => {
      const writer = new CborWriter(8)
      writer.arrayHead(numbers.length + 4)
      for (const number of numbers) writer.int(number)
      writer.bytesItem(bytes)
      writer.byteString(Buffer.from(bytes).toString('latin1') as never)
      writer.null()
      writer.boolean(true)
      expect(writer.bytes()).toEqual(Buffer.from(encode([...numbers, bytes, bytes, null, true])))
    }),
  )
})

test('the size of a head is known without writing it', () => {
  for (const value of [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
    expect(cborHeadSizeBytes(value)).toBe(encode(value).byteLength)
  }
})

test('a field of another type or out of its bounds is named in the error', () => {
  const fields = (...items: RecordValue[]) => new Fields(items, 'keys/00', 100)
  expect(() => fields('x').uint('mode')).toThrow('keys/00: mode is not an integer')
  expect(() => fields(8).uint('mode', 7)).toThrow('mode is not between 0 and 7')
  expect(() => fields(1).boolean('critical')).toThrow('critical is not a boolean')
  expect(() => fields(Buffer.alloc(3)).bytes('id', 2)).toThrow('id is longer than 2 bytes')
  expect(() => fields(Buffer.alloc(1)).bytes('id', 2)).toThrow('id is not 2 bytes long')
  expect(() => fields('é').text('label', 1)).toThrow('label is longer than 1 bytes')
  expect(() => fields([1, 2]).fields('time', 1)).toThrow('time does not have 1 items')
  expect(() => fields([1, 2]).each('tags', 1, (items) => items.int('tag'))).toThrow(
    'tags has more than 1 items',
  )
  expect(() => fields().int('time')).toThrow('has fewer items')
  expect(() => fields(1).end()).toThrow('has more items')
})

test('a record of a later version says so', () => {
  const open = (value: RecordValue) =>
    openRecord(encodeRecord(value), 'x', { version: 1, items: 2, sizeMaxBytes: 100 })
  expect(() => open([2, 0])).toThrow(expect.objectContaining({ code: 'unsupported-version' }))
  expectRefused(() => open([0, 0]))
  expectRefused(() => open([1, 0, 0]))
  expectRefused(() => open(1))
})

test('extensions ascend by id, and a critical one must be known', () => {
  const extensions = (...items: RecordValue[]) => readExtensions(new Fields([items], 'x', 100))
  const known = extensions([1, false, Buffer.of(1)], [9, true, Buffer.of()])
  expect(known).toEqual([
    { id: 1, critical: false, bytes: Buffer.of(1) },
    { id: 9, critical: true, bytes: Buffer.of() },
  ])
  expect(() => refuseCriticalExtensions(known, 'x')).toThrow(
    expect.objectContaining({ code: 'unsupported-feature' }),
  )
  expectRefused(() => extensions([1, false, Buffer.of()], [1, false, Buffer.of()]))
})
