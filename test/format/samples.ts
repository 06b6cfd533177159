import { byteStringOfText } from '../../src/bytes/byte-string.js'
import type { RandomSource } from '../../src/crypto/random-source.js'
import type { Entry } from '../../src/format/entry.js'
import { EntryType } from '../../src/format/entry.js'
import type { ChunkId, PendingId, SnapshotId } from '../../src/format/ids.js'
import { PieceWriter } from '../../src/format/pieces.js'
import { type SealMaterial, Seals } from '../../src/format/seal.js'
import type { Snapshot } from '../../src/format/snapshot.js'

/** Bytes that count up from `from`, so that they can be written down. */
export const counting = (length: number, from = 0): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => from + index))

/** Goes on counting from call to call: the predictable nonces of the vectors. */
export function countingSource(from = 0): RandomSource {
  let next = from
  return (sizeBytes) => {
    const bytes = counting(sizeBytes, next)
    next = (next + sizeBytes) & 0xff
    return bytes
  }
}

export const material: SealMaterial = {
  repositoryId: counting(16, 0xa0),
  epochs: [
    [1, counting(32, 0x10)],
    [3, counting(32, 0x40)],
  ],
}

export const sampleSeals = (): Seals => new Seals(material, countingSource())

export const chunkId = (from: number): ChunkId => counting(32, from) as Uint8Array as ChunkId

export const snapshotId = '00112233445566778899aabbccddeeff' as SnapshotId
export const pendingId = 'ffeeddccbbaa99887766554433221100' as PendingId
export const time = { seconds: 1_700_000_000, nanoseconds: 123_456_789 }

export function inlinePieces(...lengths: readonly number[]): PieceWriter {
  const writer = new PieceWriter()
  lengths.forEach((length, index) => {
    writer.appendChunk(chunkId(index), length)
  })
  return writer
}

export function sampleFile(changes: Partial<Entry> = {}): Entry {
  const pieces = inlinePieces(1000, 70_000)
  return {
    type: EntryType.file,
    mode: 0o644,
    uid: 1000,
    gid: 100,
    user: byteStringOfText('maria'),
    group: byteStringOfText('users'),
    mtimeSeconds: -1,
    mtimeNanoseconds: 999_999_999,
    ctimeSeconds: 1_700_000_000,
    ctimeNanoseconds: 1,
    inode: 5_000_000_000,
    links: 1,
    mount: 0,
    flags: 0,
    content: { form: 'inline', sizeBytes: 71_000, pieces: pieces.bytes(), holes: null },
    xattrs: [],
    extensions: [],
    ...changes,
  }
}

export const sampleSnapshot: Snapshot = {
  id: snapshotId,
  root: { id: chunkId(7), level: 2, entries: 12_345, bytes: 6_000_000_000 },
  time,
  sourceStart: { seconds: 1_699_999_999, nanoseconds: 0 },
  host: 'häuschen',
  paths: [byteStringOfText('/home/maria')],
  tags: ['daily', 'laptop'],
  strategy: 'incremental',
  parent: '0123456789abcdef0123456789abcdef' as SnapshotId,
  base: null,
  summary: {
    filesNew: 1,
    filesChanged: 2,
    filesUnmodified: 3,
    directories: 4,
    others: 5,
    bytesProcessed: 6,
    bytesAdded: 7,
    bytesAddedStored: 8,
    problems: 9,
  },
  pendingId,
  captured: 7,
  program: 'varve 0.1.0',
  rootAttributes: {
    mode: 0o755,
    uid: 0,
    gid: 0,
    user: byteStringOfText('root'),
    group: byteStringOfText('root'),
    mtime: time,
    ctime: time,
    xattrs: [
      { name: byteStringOfText('user.long'), value: { sizeBytes: 70_000, ids: [chunkId(1), chunkId(2)] } },
      { name: byteStringOfText('user.x'), value: Buffer.from('y') },
    ],
  },
  extensions: [{ id: 5, critical: false, bytes: counting(3) }],
}
