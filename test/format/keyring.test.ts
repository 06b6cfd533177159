import { expect, test } from 'vitest'
import type { KeySlot } from '../../src/crypto/key-slot.js'
import { generateRecipientKeyPair } from '../../src/crypto/x25519.js'
import { configHash, decodeConfig, encodeConfig, requireWritable } from '../../src/format/config.js'
import type { RepositoryId, SlotId } from '../../src/format/ids.js'
import {
  decodeKeyring,
  encodeKeyring,
  type Keyring,
  keyringRecipientOf,
  openKeyring,
} from '../../src/format/keyring.js'
import { decodeRecord, encodeRecord, type RecordValue } from '../../src/format/record.js'
import { decodeSlot, encodeSlot } from '../../src/format/slot.js'
import {
  expectFlipsRefused,
  expectFlipsUnderstood,
  expectRefused,
  expectTruncationsRefused,
} from './damage.js'
import { counting, countingSource, material } from './samples.js'

const repositoryId = material.repositoryId as RepositoryId
const chunkSizes = [
  { fromOffset: 0, averageBits: 14 },
  { fromOffset: 4_194_304, averageBits: 15 },
]
const config = encodeConfig({ repositoryId, chunkSizes })

const slotIds = ['11'.repeat(16) as SlotId, '22'.repeat(16) as SlotId]
const pairs = slotIds.map((_, index) => generateRecipientKeyPair(countingSource(index)))
const recipients = slotIds.map((slotId, index) => keyringRecipientOf(slotId, pairs[index]!.privateKey))
const keyring: Keyring = {
  number: 7,
  configHash: configHash(config),
  chunkSizes,
  slots: [...recipients].reverse(),
  idKey: counting(32, 1),
  chunkerKey: counting(32, 2),
  treeKey: counting(16, 3),
  epochs: material.epochs,
  extensions: [{ id: 2, critical: false, bytes: counting(2) }],
}
const bytes = encodeKeyring(keyring, repositoryId)
const open = (stored: Uint8Array, slot = 0, number = 7, id: Uint8Array = repositoryId) =>
  openKeyring(
    decodeKeyring(stored, number, 'keyring/x'),
    slotIds[slot]!,
    pairs[slot]!.privateKey,
    id,
    'keyring/x',
  )

test('every recipient opens a keyring, and gets what was put in', () => {
  for (const slot of [0, 1]) {
    const opened = open(bytes, slot)
    expect(opened).toMatchObject({ number: 7, chunkSizes })
    expect(encodeRecord([opened.idKey, opened.chunkerKey, opened.treeKey, opened.configHash])).toEqual(
      encodeRecord([keyring.idKey, keyring.chunkerKey, keyring.treeKey, keyring.configHash]),
    )
    expect(opened.epochs.map(([epoch, secret]) => [epoch, Buffer.from(secret)])).toEqual(material.epochs)
    expect(opened.extensions.map(({ id }) => id)).toEqual([2])
  }
})

test('a keyring opens in no other repository, under no other number and with no other key', () => {
  expectRefused(() => open(bytes, 0, 7, counting(16)))
  expectRefused(() => open(bytes, 0, 8))
  expectRefused(() =>
    openKeyring(decodeKeyring(bytes, 7, 'x'), slotIds[0]!, pairs[1]!.privateKey, repositoryId, 'x'),
  )
  expectRefused(() =>
    openKeyring(
      decodeKeyring(bytes, 7, 'x'),
      '33'.repeat(16) as SlotId,
      pairs[1]!.privateKey,
      repositoryId,
      'x',
    ),
  )
  const renumbered = [...(decodeRecord(bytes, 'x', 10_000) as RecordValue[])]
  renumbered[1] = 8
  expectRefused(() => open(encodeRecord(renumbered), 0, 8))
})

test('a keyring says what it is sealed to, so that the next one can be sealed to the same slots', () => {
  const opened = open(bytes)
  expect(opened.slots.map(({ slotId }) => slotId)).toEqual(slotIds)
  expect(opened.slots.map(({ publicKey }) => Buffer.from(publicKey))).toEqual(
    pairs.map(({ publicKey }) => publicKey),
  )
  const next = encodeKeyring({ ...opened, number: 8 }, repositoryId)
  for (const slot of [0, 1]) expect(open(next, slot, 8).slots).toEqual(opened.slots)
})

test('a keyring that somebody made who knows only the public keys does not open (I-21)', () => {
  const guessed = recipients.map((recipient) => ({ ...recipient, authenticationKey: counting(32) }))
  const forged = encodeKeyring({ ...keyring, idKey: counting(32, 9), slots: guessed }, repositoryId)
  for (const slot of [0, 1]) expectRefused(() => open(forged, slot))
})

test('a keyring that is sealed to more or fewer slots than its body lists is corrupt (I-20)', () => {
  const items = decodeRecord(bytes, 'x', 10_000) as RecordValue[]
  const keys = items[2] as RecordValue[]
  const withKeys = (changed: RecordValue[]) => encodeRecord([items[0]!, items[1]!, changed, items[3]!])
  expect(open(withKeys(keys)).number).toBe(7)
  expectRefused(() => open(withKeys(keys.slice(0, 1))))
  const stranger = [counting(16, 0x33), (keys[1] as RecordValue[])[1]!]
  expectRefused(() => open(withKeys([...keys, stranger])))
  expectRefused(() => open(withKeys([keys[0]!, stranger])))
})

test('a damaged or shortened keyring is corrupt', () => {
  const single = encodeKeyring({ ...keyring, slots: recipients.slice(0, 1) }, repositoryId)
  expectTruncationsRefused(single, (stored) => open(stored))
  const version = 1
  expectFlipsRefused(single, (stored) =>
    stored[version] === single[version] ? open(stored) : open(Buffer.alloc(0)),
  )
})

const configItems = (change: (items: RecordValue[]) => void): Buffer => {
  const items = [...(decodeRecord(config, 'x', 10_000) as RecordValue[])]
  change(items)
  return encodeRecord(items)
}

test('config gives back what was put in', () => {
  const decoded = decodeConfig(config, 'config')
  expect(decoded).toMatchObject({ chunkSizes, writerVersion: 1, hash: configHash(config) })
  expect(Buffer.from(decoded.repositoryId)).toEqual(repositoryId)
})

test('a config of a later version is not read, or only read, as it says', () => {
  const read = configItems((items) => (items[1] = 2))
  const write = configItems((items) => (items[2] = 2))
  const tooNew = expect.objectContaining({ code: 'unsupported-version' })
  expect(() => decodeConfig(read, 'config')).toThrow(tooNew)
  expect(() => requireWritable(decodeConfig(write, 'config'), 'config')).toThrow(tooNew)
  requireWritable(decodeConfig(config, 'config'), 'config')
})

test('unknown algorithms and impossible parameters are refused', () => {
  const unknown = expect.objectContaining({ code: 'unsupported-feature' })
  expect(() =>
    decodeConfig(
      configItems((items) => (items[4] = ['AES', 'HMAC-SHA-256', 'X25519'])),
      'x',
    ),
  ).toThrow(unknown)
  expect(() =>
    decodeConfig(
      configItems((items) => (items[5] = ['rabin', [[0, 14]]])),
      'x',
    ),
  ).toThrow(unknown)
  expectRefused(() =>
    decodeConfig(
      configItems((items) => (items[5] = ['gear64-nc2', [[1, 14]]])),
      'x',
    ),
  )
  expectRefused(() =>
    decodeConfig(
      configItems((items) => (items[5] = ['gear64-nc2', [[0, 60]]])),
      'x',
    ),
  )
  expectRefused(() =>
    decodeConfig(
      configItems((items) => (items[0] = 'borg')),
      'x',
    ),
  )
  expectRefused(() =>
    decodeConfig(
      configItems((items) => items.push(0)),
      'x',
    ),
  )
  expectTruncationsRefused(config, (stored) => decodeConfig(stored, 'x'))
  expectFlipsUnderstood(config, (stored) => decodeConfig(stored, 'x'))
})

const slots: KeySlot[] = [
  {
    id: counting(16),
    kind: 'password',
    role: 'full',
    kdf: { name: 'scrypt', logN: 17, r: 8, p: 1, salt: counting(32) },
    commitment: counting(32, 1),
    publicKey: counting(32, 2),
    wrappedPrivateKey: counting(72, 3),
    label: 'Büro',
    createdNs: 1_700_000_000_123_456_789n,
  },
  {
    id: counting(16),
    kind: 'recovery',
    role: 'write-only',
    kdf: { name: 'hkdf', salt: counting(32) },
    hint: counting(8),
    commitment: counting(32, 1),
    publicKey: counting(32, 2),
    wrappedPrivateKey: counting(72, 3),
    label: '',
    createdNs: -1n,
  },
]

test.each(slots)('a $kind slot gives back what was put in', (slot) => {
  const stored = encodeSlot(slot, keyring.extensions)
  const decoded = decodeSlot(stored, 'keys/x')
  expect(encodeSlot(decoded.slot, decoded.extensions)).toEqual(stored)
  expect(decoded.slot).toMatchObject({
    kind: slot.kind,
    role: slot.role,
    label: slot.label,
    createdNs: slot.createdNs,
  })
  expectTruncationsRefused(stored, (bytes) => decodeSlot(bytes, 'x'))
  expectFlipsUnderstood(stored, (bytes) => decodeSlot(bytes, 'x'))
})

test('a slot whose parameters are out of bounds is corrupt before anything is computed from it', () => {
  const changed = (item: number, value: RecordValue) => {
    const items = [...(decodeRecord(encodeSlot(slots[0]!), 'x', 4096) as RecordValue[])]
    items[item] = value
    return () => decodeSlot(encodeRecord(items), 'x')
  }
  const salt = counting(32)
  const refused: [number, RecordValue][] = [
    [2, 4],
    [2, 2],
    [3, [1, 63, 8, 1, salt]],
    [3, [4, 17, 8, 1, salt]],
    [3, [1, 17, 8, 1]],
    [3, [3, salt]],
    [4, counting(8)],
    [5, counting(31)],
    [7, counting(71)],
    [8, 'x'.repeat(256)],
    [10, 3],
  ]
  for (const [item, value] of refused) expectRefused(changed(item, value), item)
})
