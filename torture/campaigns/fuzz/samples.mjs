import { load } from '../../../bench/machine/dist.mjs'

const { PieceWriter } = await load('format/pieces.js')
const { EntryType } = await load('format/entry.js')
const { Seals } = await load('format/seal.js')

/** Bytes that count up. */
export const counting = (length, from = 0) =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => from + index))

export const chunkId = (from) => counting(32, from)

export const repositoryId = counting(16, 0xa0)

export const seals = new Seals({
  repositoryId,
  epochs: [
    [1, counting(32, 0x10)],
    [3, counting(32, 0x40)],
  ],
})

/** Finds out what a sealing function seals, by giving it seals that do nothing; and opens plaintext as if it had been sealed. */
export const bareSeals = {
  material: seals.material,
  epoch: 3,
  seal: (_type, _part, _name, plaintext) =>
    plaintext instanceof Uint8Array ? Buffer.from(plaintext) : Buffer.concat(plaintext),
  open: (_type, _part, _name, sealed) => Buffer.from(sealed),
  openBare: (_epoch, _type, _part, _name, sealed) => Buffer.from(sealed),
}

export const time = { seconds: 1_700_000_000, nanoseconds: 123_456_789 }
export const snapshotId = '00112233445566778899aabbccddeeff'
export const pendingId = 'ffeeddccbbaa99887766554433221100'

export const pieceBytes = (...lengths) => {
  const writer = new PieceWriter()
  lengths.forEach((length, index) => {
    if (length < 0) writer.appendExtent(-length)
    else writer.appendChunk(chunkId(index), length)
  })
  return { bytes: writer.bytes(), sizeBytes: writer.coveredBytes, count: writer.count }
}

const common = {
  mode: 0o644,
  uid: 1000,
  gid: 100,
  user: 'maria',
  group: 'users',
  mtimeSeconds: -1,
  mtimeNanoseconds: 999_999_999,
  ctimeSeconds: 1_700_000_000,
  ctimeNanoseconds: 1,
  inode: 5_000_000_000,
  links: 1,
  mount: 0,
  flags: 0,
  xattrs: [],
  extensions: [],
}

const inline = pieceBytes(1000, -5_000_000, 70_000)

/** An entry of every type and shape. */
export const sampleEntries = [
  {
    ...common,
    type: EntryType.file,
    content: { form: 'inline', sizeBytes: inline.sizeBytes, pieces: inline.bytes, holes: null },
  },
  {
    ...common,
    type: EntryType.file,
    links: 2,
    mount: 1,
    flags: 1,
    content: { form: 'list', sizeBytes: 2 ** 40, root: chunkId(3), pieceCount: 9000, holes: [chunkId(4)] },
    xattrs: [
      { name: 'user.a', value: counting(5) },
      { name: 'user.b', value: { sizeBytes: 70_000, ids: [chunkId(1), chunkId(2)] } },
    ],
    extensions: [{ id: 4, critical: false, bytes: counting(3) }],
  },
  { ...common, type: EntryType.directory, content: null },
  { ...common, type: EntryType.symlink, content: '../target' },
  { ...common, type: EntryType.fifo, content: null },
  { ...common, type: EntryType.blockDevice, content: { major: 8, minor: 1 } },
]

export const sampleSnapshot = {
  id: snapshotId,
  root: { id: chunkId(7), level: 2, entries: 12_345, bytes: 6_000_000_000 },
  time,
  sourceStart: { seconds: 1_699_999_999, nanoseconds: 0 },
  host: 'häuschen',
  paths: ['/home/maria'],
  tags: ['daily', 'laptop'],
  strategy: 'incremental',
  parent: '0123456789abcdef0123456789abcdef',
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
    user: 'root',
    group: 'root',
    mtime: time,
    ctime: time,
    xattrs: [
      { name: 'user.long', value: { sizeBytes: 70_000, ids: [chunkId(1), chunkId(2)] } },
      { name: 'user.x', value: Buffer.from('y') },
    ],
  },
  extensions: [{ id: 5, critical: false, bytes: counting(3) }],
}
