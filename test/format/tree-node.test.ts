import { decode, encode } from 'cborg'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ByteString, byteStringOfText } from '../../src/bytes/byte-string.js'
import { addContentBytes, contentSizeBytesOf, type Entry, EntryType } from '../../src/format/entry.js'
import { encodeEntryValue } from '../../src/format/entry-value.js'
import { assembleInner, assembleLeaf, type LeafItem } from '../../src/format/node-writer.js'
import type { StoredEntry } from '../../src/format/stored-entry.js'
import { keyOf } from '../../src/format/tree-key.js'
import {
  decodeInner,
  decodeLeaf,
  decodeNode,
  firstKeyOf,
  type TreeChild,
  verifyTreeChild,
} from '../../src/format/tree-node.js'
import { children, itemLists, uints } from './arbitrary-entries.js'
import { expectFlipsUnderstood, expectRefused, expectTruncationsRefused } from './damage.js'
import { chunkId, sampleFile } from './samples.js'

const plainEntry = (stored: StoredEntry): Entry => {
  const { key, leaf, valueAt, valueEnd, ...entry } = stored as unknown as Record<string, unknown>
  expect([typeof key, leaf instanceof Buffer, typeof valueAt, typeof valueEnd]).toEqual([
    'string',
    true,
    'number',
    'number',
  ])
  return entry as unknown as Entry
}

const itemsOf = (list: readonly { key: ByteString; entry: Entry }[]): LeafItem[] =>
  list.map(({ key, entry }) => ({ key, value: encodeEntryValue(entry) }))

test('a leaf gives back its keys and entries, and the encoded values as they were', () => {
  fc.assert(
    fc.property(itemLists, (list) => {
      const items = itemsOf(list)
      const leaf = decodeLeaf(assembleLeaf(items), 'x')
      expect(leaf.entries.map(({ key }) => key)).toEqual(list.map(({ key }) => key))
      expect(leaf.entries.map(plainEntry)).toEqual(list.map(({ entry }) => entry))
      expect(leaf.entries.map(({ valueBytes }) => Buffer.from(valueBytes))).toEqual(
        items.map(({ value }) => value),
      )
      expect(leaf.entryCount).toBe(list.length)
      expect(leaf.contentBytes).toBe(
        list.reduce((sum, { entry }) => addContentBytes(sum, contentSizeBytesOf(entry)), 0),
      )
    }),
    { numRuns: 200 },
  )
})

test('a leaf is the canonical record that cborg writes (I-1)', () => {
  fc.assert(
    fc.property(itemLists, (list) => {
      const node = assembleLeaf(itemsOf(list))
      const value = decode(node, { strict: true }) as [number, unknown[][]]
      expect(Buffer.from(encode(value))).toEqual(node)
      expect(value[0]).toBe(0)
      expect(value[1].map((item) => item.length)).toEqual(list.map(() => 19))
    }),
    { numRuns: 100 },
  )
})

test('what cborg would decode to the same entry in another form is refused (I-1)', () => {
  const node = assembleLeaf([
    { key: keyOf('' as ByteString, 'a' as ByteString), value: encodeEntryValue(sampleFile()) },
  ])
  const wider = Buffer.concat([node.subarray(0, 1), Buffer.of(0x18, 0), node.subarray(2)])
  expect(decode(wider)).toEqual(decode(node))
  expectRefused(() => decodeNode(wider, 'x'))
})

test('an inner node gives back its children', () => {
  const node = decodeInner(assembleInner(4, children), 'x')
  expect(node).toMatchObject({ level: 4, entryCount: 303, contentBytes: 2 ** 40 })
  expect(node.children.map((child) => ({ ...child, id: Buffer.from(child.id) }))).toEqual(
    children.map((child) => ({ ...child, id: Buffer.from(child.id) })),
  )
  expectRefused(() => decodeLeaf(assembleInner(4, children), 'x'))
  expectRefused(() => decodeInner(assembleLeaf([]), 'x'))
})

test('the empty tree is a leaf without entries', () => {
  expect(assembleLeaf([])).toEqual(Buffer.from('820080', 'hex'))
  expect(firstKeyOf(decodeNode(Buffer.from('820080', 'hex'), 'x'))).toBeUndefined()
})

test('a changed or shortened node never means the same', () => {
  const leaf = assembleLeaf(
    itemsOf([
      {
        key: keyOf('' as ByteString, 'link' as ByteString),
        entry: sampleFile({ type: EntryType.symlink, content: byteStringOfText('ab') }),
      },
      {
        key: keyOf('' as ByteString, 'lint' as ByteString),
        entry: sampleFile({ xattrs: [{ name: byteStringOfText('u'), value: Buffer.of(1) }] }),
      },
    ]),
  )
  for (const node of [leaf, assembleInner(1, children)]) {
    expectTruncationsRefused(node, (changed) => decodeNode(changed, 'x'))
    expectFlipsUnderstood(node, (changed) => JSON.stringify(decodeNode(changed, 'x'), keepBytes))
  }
})

const keepBytes = (name: string, value: unknown) => (name === 'leaf' ? undefined : value)

test('bad keys are corrupt (I-12, I-14)', () => {
  const value = encodeEntryValue(sampleFile())
  const leafOf = (...keys: readonly [shared: number, suffix: string][]) => {
    const items = keys.map(([shared, suffix]) =>
      Buffer.concat([Buffer.of(0x93, shared), Buffer.from(encode(Buffer.from(suffix, 'latin1'))), value]),
    )
    return () => decodeNode(Buffer.concat([Buffer.of(0x82, 0, 0x80 | items.length), ...items]), 'x')
  }
  expect(leafOf([0, '\0a'], [2, 'b'])()).toMatchObject({ entryCount: 2 })
  expectRefused(leafOf([0, '']), 'an empty key')
  expectRefused(leafOf([0, '\0']), 'an empty name')
  expectRefused(leafOf([0, 'a']), 'no separator')
  expectRefused(leafOf([0, 'a\0']), 'no second separator')
  expectRefused(leafOf([0, '\0a\0b']), 'a 00 in a name')
  expectRefused(leafOf([0, '\0a/b']), 'a slash in a name')
  for (const name of ['.', '..', 'x'.repeat(256)]) {
    expectRefused(leafOf([0, `\0${name}`]), name)
    expectRefused(leafOf([0, `${name}\0\0x`]), name)
    expectRefused(leafOf([0, '\0\x01'], [1, name]), `later ${name}`)
  }
  expectRefused(leafOf([0, '\0a'], [2, '/']), 'a slash in a later name')
  expectRefused(leafOf([0, '\0a'], [2, '']), 'the same key')
  expectRefused(leafOf([0, '\0b'], [1, 'a']), 'a lower key')
  expectRefused(leafOf([0, '\0aa'], [1, 'ab']), 'less shared than there is')
  expectRefused(leafOf([0, '\0a'], [3, 'b']), 'more shared than there is')
  expectRefused(leafOf([1, 'a']), 'something shared in the first item')
})

test('fields of an entry that are out of bounds are corrupt', () => {
  const key = Buffer.from('0042', 'hex')
  const items = () =>
    (
      decode(
        assembleLeaf([
          { key: '\0a' as ByteString, value: encodeEntryValue(sampleFile({ links: 2, mount: 1 })) },
        ]),
      ) as [number, unknown[][]]
    )[1][0]!
  const changed = (item: number, value: unknown) => {
    const fields = items()
    fields[item] = value
    return () => decodeNode(Buffer.from(encode([0, [fields]])), 'x')
  }
  expect(changed(3, 0)()).toBeDefined()
  const file = items()[16] as unknown[]
  const refused: [string, number, unknown][] = [
    ['type 0', 2, 0],
    ['type 8', 2, 8],
    ['a file with the content of a directory', 16, null],
    ['a directory with content and a mount', 2, 2],
    ['mode', 3, 4096],
    ['uid', 4, -1],
    ['user', 6, Buffer.alloc(1025)],
    ['nanoseconds', 9, 1_000_000_000],
    ['mount of a single link', 13, 1],
    ['reserved flags', 15, 2],
    ['size that is not that of the pieces (I-15)', 16, [0, 1, file[2], null]],
    ['content form', 16, [2, ...file.slice(1)]],
    ['pieces', 16, [0, 641, Buffer.alloc(641), null]],
    ['list root', 16, [1, 5, Buffer.alloc(31), 5, null]],
    ['holes', 16, [1, 5, Buffer.alloc(32), 5, Buffer.alloc(257)]],
    ['hole chunks', 16, [1, 5, Buffer.alloc(32), 5, []]],
    [
      'xattr order',
      17,
      [
        [Buffer.from('b'), key],
        [Buffer.from('a'), key],
      ],
    ],
    ['xattr name', 17, [[Buffer.alloc(0), key]]],
    ['xattr value', 17, [[Buffer.from('a'), Buffer.alloc(1025)]]],
    ['xattr chunks', 17, [[Buffer.from('a'), [65_537, [Buffer.alloc(32)]]]]],
    [
      'extension order',
      18,
      [
        [2, false, key],
        [1, false, key],
      ],
    ],
    ['extension flag', 18, [[2, 0, key]]],
  ]
  for (const [what, item, value] of refused) expectRefused(changed(item, value), what)
})

test('a node that is not what its parent says is corrupt (I-14)', () => {
  const key = keyOf('' as ByteString, 'a' as ByteString)
  const node = decodeNode(assembleLeaf([{ key, value: encodeEntryValue(sampleFile()) }]), 'x')
  const child: TreeChild = { firstKey: key, id: chunkId(1), entryCount: 1, contentBytes: 71_000 }
  verifyTreeChild(node, 1, child, 'x')
  expectRefused(() => verifyTreeChild(node, 2, child, 'x'))
  expectRefused(() => verifyTreeChild(node, 1, { ...child, entryCount: 2 }, 'x'))
  expectRefused(() => verifyTreeChild(node, 1, { ...child, contentBytes: 1 }, 'x'))
  expectRefused(() => verifyTreeChild(node, 1, { ...child, firstKey: `${key}b` as ByteString }, 'x'))
})

const fillerOf = (value: Buffer): Entry['extensions'] => [{ id: 1, critical: false, bytes: value }]

test('an entry takes 1 MiB at most besides its key (§8.2)', () => {
  const key = keyOf('' as ByteString, 'a' as ByteString)
  const taken = encodeEntryValue(sampleFile({ extensions: fillerOf(Buffer.alloc(100_000)) })).byteLength
  const fitting = Buffer.alloc(100_000 + 1_048_576 - taken)
  const value = encodeEntryValue(sampleFile({ extensions: fillerOf(fitting) }))
  expect(value.byteLength).toBe(1_048_576)
  expect(decodeLeaf(assembleLeaf([{ key, value }]), 'x').entryCount).toBe(1)

  const larger = Buffer.alloc(fitting.byteLength + 1)
  const items = decode(assembleLeaf([{ key, value }])) as [number, unknown[][]]
  items[1][0]![18] = [[1, false, larger]]
  expectRefused(() => decodeLeaf(Buffer.from(encode(items)), 'x'))
  const xattrs = Array.from({ length: 1100 }, (_, index) => ({
    name: byteStringOfText(`user.${10_000 + index}`),
    value: Buffer.alloc(1024),
  }))
  const refusal = { code: 'source', message: 'its extended attributes take more than an entry can hold' }
  for (const changes of [{ extensions: fillerOf(larger) }, { xattrs }])
    expect(() => encodeEntryValue(sampleFile(changes))).toThrow(expect.objectContaining(refusal))
  expect(encodeEntryValue(sampleFile({ xattrs: xattrs.slice(0, 900) })).byteLength).toBeGreaterThan(
    900 * 1024,
  )
})

test('a name of an owner or group above 1,024 bytes is an error of the source, not of the program', () => {
  const longest = 'x'.repeat(1024) as ByteString
  const key = keyOf('' as ByteString, 'a' as ByteString)
  const value = encodeEntryValue(sampleFile({ user: longest, group: longest }))
  expect(decodeLeaf(assembleLeaf([{ key, value }]), 'x').entries[0]).toMatchObject({ user: longest })
  for (const changes of [{ user: `${longest}x` as ByteString }, { group: `${longest}x` as ByteString }])
    expect(() => encodeEntryValue(sampleFile(changes))).toThrow(expect.objectContaining({ code: 'source' }))
})

test('sizes below a node stop at 2^53 - 1 instead of failing', () => {
  const max = Number.MAX_SAFE_INTEGER
  const huge = children.map((child) => ({ ...child, contentBytes: max - 1 }))
  expect(decodeInner(assembleInner(1, huge), 'x').contentBytes).toBe(max)
  fc.assert(
    fc.property(uints, uints, uints, (a, b, c) => {
      expect(addContentBytes(addContentBytes(a, b), c)).toBe(addContentBytes(a, addContentBytes(b, c)))
    }),
  )
})
