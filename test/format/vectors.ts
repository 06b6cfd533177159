import { expect } from 'vitest'
import { generateRecipientKeyPair } from '../../src/crypto/x25519.js'
import { openBlock, sealBlock } from '../../src/format/block.js'
import { Codec, parseBody, writeBodyHeader } from '../../src/format/block-body.js'
import { configHash, encodeConfig } from '../../src/format/config.js'
import {
  openDirectory,
  openPackTrailer,
  packTrailerSizeBytes,
  sealDirectory,
} from '../../src/format/directory.js'
import { ChunkKind, type IndexId, type PackId, type RepositoryId, type SlotId } from '../../src/format/ids.js'
import { writeIndexEntry } from '../../src/format/index-entry.js'
import { decodeIndexFile, encodeIndexFile } from '../../src/format/index-file.js'
import {
  decodeKeyring,
  encodeKeyring,
  type Keyring,
  keyringRecipientOf,
  openKeyring,
} from '../../src/format/keyring.js'
import { openSnapshot, sealSnapshot } from '../../src/format/snapshot.js'
import {
  chunkId,
  counting,
  countingSource,
  material,
  sampleSeals,
  sampleSnapshot,
  snapshotId,
} from './samples.js'
import { listVectors, treeVectors } from './tree-vectors.js'
import { hex, hexed, type Vector } from './vector.js'

/** Every sealed vector is sealed by the last of these epochs, with nonces 00 01 02 … that go on from seal to seal. */
const sealing = {
  repositoryId: hex(material.repositoryId),
  epochs: material.epochs.map(([epoch, secret]) => [epoch, hex(secret)]),
  nonces: '000102…, going on from seal to seal, modulo 256',
}

export const makeVectors = (): Record<string, Vector[]> => ({
  block: blockVectors(),
  'pack-directory': directoryVectors(),
  'index-file': indexVectors(),
  'tree-node': treeVectors(),
  'list-node': listVectors(),
  snapshot: snapshotVectors(),
  keyring: keyringVectors(),
})

function blockVectors(): Vector[] {
  return [ChunkKind.data, ChunkKind.list, ChunkKind.tree].map((kind) => {
    const payload = counting(8, 1)
    return {
      what: 'a block of two chunks, stored without compression (§5.1)',
      input: { ...sealing, kind, chunkLengths: [3, 5], payload: hex(payload) },
      bytes: hex(sealBlock(sampleSeals(), kind, [writeBodyHeader(Codec.stored, [3, 5]), payload])),
      check: (bytes) => {
        const body = parseBody(openBlock(sampleSeals(), bytes, 'x', kind), 'x')
        expect([...body.lengths]).toEqual([3, 5])
        expect(body.payload).toEqual(payload)
      },
    }
  })
}

function directoryVectors(): Vector[] {
  const parts = {
    kind: ChunkKind.data,
    writerSlot: counting(16, 0x70),
    blockSizes: Uint32Array.of(125, 1000),
    blockTags: counting(32, 0x80),
    blockChunkCounts: Uint32Array.of(2, 1),
    chunkSizes: Uint32Array.of(3, 5, 4_194_304),
    ids: Buffer.concat([chunkId(0), chunkId(1), chunkId(2)]),
  }
  const packSizeBytes = (bytes: Buffer) => 1125 + bytes.byteLength
  return [
    {
      what: 'the sealed directory and trailer of a pack of two blocks (§5.2)',
      input: {
        ...sealing,
        kind: parts.kind,
        writerSlot: hex(parts.writerSlot),
        blockSizes: [...parts.blockSizes],
        blockTags: hex(parts.blockTags),
        blockChunkCounts: [...parts.blockChunkCounts],
        chunkSizes: [...parts.chunkSizes],
        ids: hex(parts.ids),
      },
      bytes: hex(sealDirectory(sampleSeals(), parts)),
      check: (bytes) => {
        const end = bytes.byteLength - packTrailerSizeBytes
        const trailer = openPackTrailer(sampleSeals(), bytes.subarray(end), packSizeBytes(bytes), 'x')
        const sealed = bytes.subarray(0, end)
        expect(trailer.directorySizeBytes).toBe(sealed.byteLength)
        const directory = openDirectory(sampleSeals(), sealed, trailer, packSizeBytes(bytes), 'x')
        expect(directory.chunkSizes).toEqual(parts.chunkSizes)
        expect(directory.find(chunkId(2))).toBe(2)
        expect(directory.locationOf(2)).toEqual({ block: 1, ordinal: 0 })
      },
    },
  ]
}

function indexVectors(): Vector[] {
  const entries = Buffer.alloc(48)
  writeIndexEntry(entries, writeIndexEntry(entries, 0, chunkId(0), 0, 1, 5), chunkId(1), 0, 0, 0x12300007)
  const content = {
    packs: [
      { id: 'aa'.repeat(32) as PackId, sizeBytes: 33_554_432, kind: ChunkKind.data },
      { id: 'bb'.repeat(32) as PackId, sizeBytes: 1000, kind: ChunkKind.tree },
    ],
    entries,
    superseded: ['cc'.repeat(32) as IndexId],
  }
  const noDecompress = () => expect.unreachable()
  return [
    {
      what: 'an index file of one page, stored without compression (§6)',
      input: { ...sealing, ...content, entries: hex(entries) },
      bytes: hex(Buffer.concat(encodeIndexFile(sampleSeals(), content))),
      check: (bytes) => expect(decodeIndexFile(sampleSeals(), bytes, noDecompress, 'x')).toEqual(content),
    },
  ]
}

function snapshotVectors(): Vector[] {
  return [
    {
      what: 'a sealed snapshot record (§9.4)',
      input: { ...sealing, ...(JSON.parse(JSON.stringify(sampleSnapshot, hexed)) as object) },
      bytes: hex(sealSnapshot(sampleSeals(), sampleSnapshot)),
      check: (bytes) => {
        const snapshot = openSnapshot(sampleSeals(), snapshotId, bytes)
        expect(JSON.stringify(snapshot, hexed)).toEqual(JSON.stringify(sampleSnapshot, hexed))
      },
    },
  ]
}

function keyringVectors(): Vector[] {
  const repositoryId = material.repositoryId as RepositoryId
  const chunkSizes = [{ fromOffset: 0, averageBits: 14 }]
  const config = encodeConfig({ repositoryId, chunkSizes })
  const { privateKey } = generateRecipientKeyPair(countingSource(0x20))
  const slotId = '11'.repeat(16) as SlotId
  const keyring: Keyring = {
    number: 7,
    configHash: configHash(config),
    chunkSizes,
    slots: [keyringRecipientOf(slotId, privateKey)],
    idKey: counting(32, 1),
    chunkerKey: counting(32, 2),
    treeKey: counting(16, 3),
    epochs: material.epochs,
    extensions: [],
  }
  const text = (value: unknown) => JSON.stringify(value, hexed)
  return [
    {
      what: 'a keyring for one slot (§9.3); random bytes 00 01 02 …: content key, ephemeral private key, its nonce, nonce of the body',
      input: {
        config: hex(config),
        repositoryId: hex(repositoryId),
        slotId,
        slotPrivateKey: hex(privateKey),
        ...(JSON.parse(text(keyring)) as object),
      },
      bytes: hex(encodeKeyring(keyring, repositoryId, countingSource())),
      check: (bytes) => {
        const opened = openKeyring(decodeKeyring(bytes, 7, 'x'), slotId, privateKey, repositoryId, 'x')
        expect(text(opened)).toEqual(text(keyring))
      },
    },
  ]
}
