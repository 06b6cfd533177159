import { expect, test } from 'vitest'
import { parseObjectName } from '../../src/backend/object-name.js'
import type { PackId, PendingId, SlotId, SnapshotId } from '../../src/format/ids.js'
import * as names from '../../src/format/names.js'
import { pendingId, snapshotId } from './samples.js'

const hash = 'ab'.repeat(32)

test('every name is one that backends take, and is parsed back', () => {
  const made: [string, unknown, (name: string) => unknown][] = [
    [names.packName(hash as PackId), hash, names.parsePackName],
    [names.indexName(hash as never), hash, names.parseIndexName],
    [names.slotName(snapshotId as string as SlotId), snapshotId, names.parseSlotName],
    [names.snapshotName(snapshotId), snapshotId, names.parseSnapshotName],
    [names.condemnedName(snapshotId as never), snapshotId, names.parseCondemnedName],
    [names.forgottenName(snapshotId), snapshotId, names.parseForgottenName],
    [names.suspectName(snapshotId as never), snapshotId, names.parseSuspectName],
    [names.featureName('erasure-codes'), 'erasure-codes', names.parseFeatureName],
    [names.pendingName(pendingId, 12), { id: pendingId, checkpoint: 12 }, names.parsePendingName],
    [names.noteName(snapshotId, 3), { id: snapshotId, number: 3 }, names.parseNoteName],
    [names.keyringName(42, 'b'), { number: 42, copy: 'b' }, names.parseKeyringName],
  ]
  for (const [name, id, parse] of made) {
    parseObjectName(name)
    expect(parse(name)).toEqual(id)
  }
  expect(names.keyringName(42, 'a')).toBe('keyring/00000042.a')
  parseObjectName(names.configCopyName)
})

test('what is not such a name is none', () => {
  for (const base of ['', 'x', hash.toUpperCase(), hash.slice(1), `${hash}0`, `${hash}\n`, `../${hash}`]) {
    expect(names.parsePackName(`packs/${base}`)).toBeUndefined()
    expect(names.parsePackName(`index/${hash}`)).toBeUndefined()
  }
  for (const number of ['', '0', '01', '-1', '1e3', '1000000000', '1.1']) {
    expect(names.parsePendingName(`pending/${pendingId}.${number}`)).toBeUndefined()
  }
  for (const base of ['00000000.a', '1.a', '00000001.c', '00000001', '000000001.a']) {
    expect(names.parseKeyringName(`keyring/${base}`)).toBeUndefined()
  }
})

test('ids are bytes and hex digits', () => {
  expect(names.idFromBytes<PendingId>(names.idBytes(pendingId))).toBe(pendingId)
  expect(() => names.idBytes('zz' as SnapshotId)).toThrow()
})
