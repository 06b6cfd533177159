import { load } from '../../../../bench/machine/dist.mjs'
import {
  bareSeals,
  chunkId,
  counting,
  pendingId,
  repositoryId,
  sampleSnapshot,
  snapshotId,
  time,
} from '../samples.mjs'

const { openCondemned, sealCondemned } = await load('format/condemned.js')
const { decodeConfig, encodeConfig } = await load('format/config.js')
const { decodeFeature, encodeFeature } = await load('format/feature.js')
const { openForgotten, sealForgotten } = await load('format/forgotten.js')
const { decodeKeyring, encodeKeyring, keyringRecipientOf, openKeyring } = await load('format/keyring.js')
const { openNote, sealNote } = await load('format/note.js')
const { openPending, sealPending } = await load('format/pending.js')
const { decodeRecord, encodeRecord } = await load('format/record.js')
const { decodeSlot, encodeSlot } = await load('format/slot.js')
const { openSnapshot, sealSnapshot } = await load('format/snapshot.js')
const { openSuspect, sealSuspect } = await load('format/suspect.js')
const { CborReader } = await load('format/cbor-reader.js')

const sizeMax = 16 * 1024 * 1024
const id = '0b'.repeat(16)
const pack = '0c'.repeat(32)
const extensions = [{ id: 1, critical: false, bytes: counting(4) }]
const chunkSizes = [
  { fromOffset: 0, averageBits: 14 },
  { fromOffset: 4_194_304, averageBits: 15 },
]
const config = encodeConfig({ repositoryId, chunkSizes })

const slot = {
  id: counting(16, 1),
  kind: 'password',
  role: 'full',
  kdf: { name: 'scrypt', logN: 17, r: 8, p: 1, salt: counting(32, 5) },
  commitment: counting(32, 6),
  publicKey: counting(32, 7),
  wrappedPrivateKey: counting(72, 8),
  label: 'a label',
  createdNs: 1_700_000_000_000_000_001n,
}
const kdf = { name: 'hkdf', salt: counting(32, 5) }
const argon2id = { name: 'argon2id', memoryKiB: 65_536, passes: 3, lanes: 1, salt: counting(32, 5) }

const recipients = [1, 2, 3].map((from) => keyringRecipientOf(`0${from}`.repeat(16), counting(32, from)))
const keyring = {
  number: 3,
  configHash: counting(32),
  chunkSizes,
  slots: recipients,
  idKey: counting(32, 1),
  chunkerKey: counting(32, 2),
  treeKey: counting(16, 3),
  epochs: [
    [1, counting(32, 4)],
    [2, counting(32, 5)],
  ],
  extensions,
}

const pending = {
  ...sampleSnapshot,
  id: pendingId,
  checkpoint: 3,
  roots: [sampleSnapshot.root, { ...sampleSnapshot.root, id: chunkId(9) }],
}

const note = { snapshot: snapshotId, number: 2, tagsAdded: ['a', 'b'], tagsRemoved: ['c'], hold: 'why', time }

/** Fed plaintext: their seals were proven elsewhere, and nobody without a key gets beyond them. */
export const targets = [
  {
    name: 'record',
    valid: [encodeRecord([1, [2, ['text', null, true, false, counting(40)]], -5, 2 ** 40]), encodeRecord([])],
    decode: (bytes) => decodeRecord(bytes, 'object', sizeMax),
    encode: (value) => encodeRecord(value),
    takesStructures: true,
  },
  {
    name: 'cbor reader',
    valid: [encodeRecord([1, [2, ['text', null, true]], -5, 2 ** 40])],
    decode: (bytes) => {
      const reader = new CborReader(bytes, 'object')
      reader.skip(16)
      reader.end()
    },
    takesStructures: true,
  },
  {
    name: 'config',
    valid: [config],
    decode: (bytes) => decodeConfig(bytes, 'config'),
    takesStructures: true,
  },
  {
    name: 'feature',
    valid: [encodeFeature({ toRead: false, toWrite: true, toCollect: true })],
    decode: (bytes) => decodeFeature(bytes, 'features/a'),
    takesStructures: true,
  },
  {
    name: 'slot',
    valid: [
      encodeSlot(slot),
      encodeSlot({ ...slot, kdf: argon2id }),
      encodeSlot({ ...slot, kind: 'recovery', kdf, hint: counting(8, 9) }, extensions),
    ],
    decode: (bytes) => decodeSlot(bytes, 'keys/01'),
    encode: ({ slot: decoded, extensions: more }) => encodeSlot(decoded, more),
    takesStructures: true,
  },
  {
    name: 'keyring',
    valid: [encodeKeyring(keyring, repositoryId)],
    decode: (bytes) => decodeKeyring(bytes, 3, 'keyring/00000003.a'),
    takesStructures: true,
  },
  {
    name: 'keyring, opened',
    valid: [encodeKeyring(keyring, repositoryId)],
    decode: (bytes) => {
      const sealed = decodeKeyring(bytes, 3, 'keyring/00000003.a')
      openKeyring(sealed, '02'.repeat(16), counting(32, 2), repositoryId, 'keyring/00000003.a')
    },
    weight: 0.02,
  },
  {
    name: 'snapshot',
    valid: [
      sealSnapshot(bareSeals, sampleSnapshot),
      sealSnapshot(bareSeals, { ...sampleSnapshot, rootAttributes: null }),
    ],
    decode: (bytes) => openSnapshot(bareSeals, snapshotId, bytes),
    encode: (value) => sealSnapshot(bareSeals, value),
    takesStructures: true,
  },
  {
    name: 'pending',
    valid: [sealPending(bareSeals, pending)],
    decode: (bytes) => openPending(bareSeals, { id: pendingId, checkpoint: 3 }, bytes),
    encode: (value) => sealPending(bareSeals, value),
    takesStructures: true,
  },
  {
    name: 'condemned',
    valid: [sealCondemned(bareSeals, { id, packs: [pack, pack], time, extensions })],
    decode: (bytes) => openCondemned(bareSeals, id, bytes),
    encode: (value) => sealCondemned(bareSeals, value),
    takesStructures: true,
  },
  {
    name: 'forgotten',
    valid: [sealForgotten(bareSeals, { id, snapshotObject: counting(60), time, extensions })],
    decode: (bytes) => openForgotten(bareSeals, id, bytes),
    encode: (value) => sealForgotten(bareSeals, value),
    takesStructures: true,
  },
  {
    name: 'suspect',
    valid: [sealSuspect(bareSeals, { id, pack, blocks: [1, 5], reason: 'because', time, extensions })],
    decode: (bytes) => openSuspect(bareSeals, id, bytes),
    encode: (value) => sealSuspect(bareSeals, value),
    takesStructures: true,
  },
  {
    name: 'note',
    valid: [sealNote(bareSeals, { ...note, extensions })],
    decode: (bytes) => openNote(bareSeals, { id: snapshotId, number: 2 }, bytes),
    encode: (value) => sealNote(bareSeals, value),
    takesStructures: true,
  },
]
