import { expect, test } from 'vitest'
import { openCondemned, sealCondemned } from '../../src/format/condemned.js'
import { decodeFeature, encodeFeature } from '../../src/format/feature.js'
import { openForgotten, sealForgotten } from '../../src/format/forgotten.js'
import { ObjectType, type PackId, type SnapshotId } from '../../src/format/ids.js'
import { type CondemnedId, type SuspectId, snapshotName } from '../../src/format/names.js'
import { openNote, sealNote } from '../../src/format/note.js'
import { openPending, type Pending, sealPending } from '../../src/format/pending.js'
import { decodeRecord, encodeRecord, type RecordValue } from '../../src/format/record.js'
import { openSnapshot, sealSnapshot } from '../../src/format/snapshot.js'
import { openSuspect, sealSuspect } from '../../src/format/suspect.js'
import { expectFlipsRefused, expectRefused, expectTruncationsRefused } from './damage.js'
import { chunkId, pendingId, sampleSeals, sampleSnapshot, snapshotId, time } from './samples.js'

const seals = sampleSeals()
const other = '99999999999999999999999999999999'
const packId = 'ab'.repeat(32) as PackId
const extensions = [{ id: 1, critical: false, bytes: Buffer.of(7) }]

const pending: Pending = {
  id: pendingId,
  checkpoint: 2,
  roots: [{ id: chunkId(7), level: 0, entries: 1, bytes: 2 }],
  sourceStart: time,
  host: 'h',
  paths: sampleSnapshot.paths,
  captured: 5,
  program: 'varve',
  rootAttributes: null,
  extensions,
}
const condemned = { id: snapshotId as string as CondemnedId, packs: [packId], time, extensions }
const forgotten = { id: snapshotId, snapshotObject: Buffer.from('sealed'), time, extensions }
const suspect = {
  id: snapshotId as string as SuspectId,
  pack: packId,
  blocks: [0, 4094],
  reason: 'rot',
  time,
  extensions,
}
const note = {
  snapshot: snapshotId,
  number: 1,
  tagsAdded: ['b', 'a'],
  tagsRemoved: [],
  hold: 'court',
  time,
  extensions,
}

const cases: [string, unknown, Buffer, (bytes: Uint8Array, id?: string) => unknown][] = [
  [
    'snapshot',
    sampleSnapshot,
    sealSnapshot(seals, sampleSnapshot),
    (bytes, id = snapshotId) => openSnapshot(seals, id as SnapshotId, bytes),
  ],
  [
    'pending',
    pending,
    sealPending(seals, pending),
    (bytes, id = pendingId) => openPending(seals, { id: id as never, checkpoint: 2 }, bytes),
  ],
  [
    'condemned',
    condemned,
    sealCondemned(seals, condemned),
    (bytes, id = snapshotId) => openCondemned(seals, id as never, bytes),
  ],
  [
    'forgotten',
    forgotten,
    sealForgotten(seals, forgotten),
    (bytes, id = snapshotId) => openForgotten(seals, id as never, bytes),
  ],
  [
    'suspect',
    suspect,
    sealSuspect(seals, suspect),
    (bytes, id = snapshotId) => openSuspect(seals, id as never, bytes),
  ],
  [
    'note',
    note,
    sealNote(seals, note),
    (bytes, id = snapshotId) => openNote(seals, { id: id as never, number: 1 }, bytes),
  ],
]

test.each(cases)('a %s record gives back what was put in', (_, value, sealed, open) => {
  expect(JSON.stringify(open(sealed))).toBe(JSON.stringify(value, plainBytes))
})

/** Buffers print as arrays of another form than the Uint8Arrays that a decoder gives. */
function plainBytes(this: Record<string, unknown>, name: string, value: unknown): unknown {
  const raw = this[name]
  return raw instanceof Buffer ? { ...raw } : value
}

test.each(cases)('a %s record opens under no other name (I-3)', (_, __, sealed, open) => {
  expectRefused(() => open(sealed, other))
})

test.each(cases)('a damaged or shortened %s record is corrupt', (_, __, sealed, open) => {
  expectTruncationsRefused(sealed, open)
  expectFlipsRefused(sealed, open)
})

test.each(cases)('a %s record opens as no other kind of record (I-2)', (kind, __, sealed) => {
  for (const [otherKind, , , open] of cases)
    if (otherKind !== kind) expectRefused(() => open(sealed), otherKind)
})

function changedSnapshot(item: number, value: RecordValue): () => unknown {
  const name = snapshotName(snapshotId)
  const plaintext = seals.open(ObjectType.snapshot, 0, name, sealSnapshot(seals, sampleSnapshot), name)
  const items = [...(decodeRecord(plaintext, name, 10_000) as RecordValue[])]
  items[item] = value
  const sealed = seals.seal(ObjectType.snapshot, 0, name, encodeRecord(items))
  return () => openSnapshot(seals, snapshotId, sealed)
}

test('fields of a snapshot that are out of bounds are corrupt, and named', () => {
  expect(changedSnapshot(5, 'another host')()).toMatchObject({ host: 'another host' })
  const refused: [number, RecordValue][] = [
    [1, Buffer.alloc(16)],
    [2, [Buffer.alloc(32), 12, 1, 1]],
    [3, [0, 1_000_000_000]],
    [6, ['text']],
    [7, ['b', 'a']],
    [7, ['a', 'a']],
    [8, 0],
    [8, 4],
    [9, Buffer.alloc(15)],
    [11, [1, 2]],
    [13, 8],
    [15, []],
    [17, 0],
  ]
  for (const [item, value] of refused) expectRefused(changedSnapshot(item, value), item)
  expect(changedSnapshot(0, 2)).toThrow(expect.objectContaining({ code: 'unsupported-version' }))
  expect(changedSnapshot(16, [[1, true, Buffer.of()]])).toThrow(
    expect.objectContaining({ code: 'unsupported-feature' }),
  )
})

test('tags are stored sorted and once', () => {
  const sealed = sealSnapshot(seals, { ...sampleSnapshot, tags: ['z', 'a', 'z', '\u{1f600}', '\uffee'] })
  expect(openSnapshot(seals, snapshotId, sealed).tags).toEqual(['a', 'z', '\uffee', '\u{1f600}'])
})

test('a feature says what it is needed for, and an unknown version of it is needed for everything', () => {
  for (let need = 0; need < 8; need++) {
    const feature = { toRead: (need & 1) > 0, toWrite: (need & 2) > 0, toCollect: (need & 4) > 0 }
    expect(decodeFeature(encodeFeature(feature), 'features/x')).toEqual(feature)
  }
  expect(decodeFeature(encodeRecord([2, 'whatever']), 'x')).toEqual({
    toRead: true,
    toWrite: true,
    toCollect: true,
  })
  for (const value of [[1, 8], [1], [1, 0, 0], ['1', 0]])
    expectRefused(() => decodeFeature(encodeRecord(value), 'x'))
})
