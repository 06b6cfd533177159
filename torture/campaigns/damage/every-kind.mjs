import { load } from '../../../bench/machine/dist.mjs'
import { MemoryRepository } from '../../repository/memory-repository.mjs'
import { writeTree } from '../../repository/planned-tree.mjs'
import { Random } from '../../repository/random.mjs'

const { EntryType } = await load('format/entry.js')
const { sealCondemned } = await load('format/condemned.js')
const { encodeFeature } = await load('format/feature.js')
const { sealForgotten } = await load('format/forgotten.js')
const { ChunkKind } = await load('format/ids.js')
const names = await load('format/names.js')
const { sealNote } = await load('format/note.js')
const { sealPending } = await load('format/pending.js')
const { sealSuspect } = await load('format/suspect.js')
const { addKey } = await load('operations/keys/add-key.js')

const cheapScrypt = { logN: 10, r: 8, p: 1 }
const time = { seconds: 1_700_000_000, nanoseconds: 0 }
const extensions = []

const noise = (seed, sizeBytes) => new Random(seed).bytes(sizeBytes)

/** Enough of them that a tree has several leaves below an inner node. */
const longLinks = () =>
  Object.fromEntries(
    Array.from({ length: 16 }, (_, index) => [
      `links/${String(index).padStart(3, '0')}`,
      { type: EntryType.symlink, mode: 0o777, content: noise(900 + index, 300).toString('hex') },
    ]),
  )

const shared = () => ({
  'docs/big': noise(1, 5000),
  'docs/small': 'a few bytes',
  'docs/empty': '',
  'docs/sparse': {
    file: [{ zeros: 30_000 }, noise(2, 700), { zeros: 30_000 }],
    holes: Array.from({ length: 100 }, (_, index) => [index * 100, 50]).flat(),
  },
  'media/one': noise(3, 1500),
  'media/two': noise(4, 1500),
  ...longLinks(),
})

const trees = () => [
  { tree: { ...shared(), 'notes/today': 'one' }, host: 'host' },
  { tree: { ...shared(), 'notes/today': 'two', 'notes/new': noise(5, 900) }, host: 'host' },
  { tree: { 'other/alone': noise(6, 2000), 'other/text': 'alone' }, host: 'elsewhere' },
]

/**
 * A small repository that has an object of every kind that version 1 can write: keys of each kind, three keyrings, packs of
 * data, lists and trees, several index files, three snapshots, and one record of each other folder.
 * @returns the repository, and what each snapshot has: path to `{ bytes }` or `{ target }`, and path to the ids of its chunks
 */
export const everyKind = async () => {
  const repository = await MemoryRepository.create()
  const { store } = repository
  await addKey(store, { secret: { kind: 'recovery', secret: Buffer.alloc(32, 9) }, label: 'paper' })
  const password = { kind: 'password', password: 'a password of torture' }
  await addKey(store, { secret: password, label: 'in the head', scryptCost: cheapScrypt })
  await store[Symbol.asyncDispose]()
  repository.store = await repository.open()
  const snapshots = []
  for (const { tree, host } of trees()) {
    const chunks = new Map()
    const write = (sink, treeKey) => writeTree(tree, new NotingSink(sink, chunks), treeKey, 200)
    const snapshot = await repository.snapshotOf(write, { host, packBytes: 9000 })
    snapshots.push({ snapshot, expected: expectedOf(tree), chunks })
  }
  await writeRecords(repository.store, snapshots[0].snapshot)
  return { repository, snapshots }
}

/** Notes which chunks each path put. A tree's nodes are put when all paths were: they are everybody's. */
class NotingSink {
  #path

  constructor(sink, chunks) {
    this.sink = sink
    this.chunks = chunks
  }

  begin(path) {
    this.#path = path
  }

  put(kind, bytes) {
    const id = this.sink.put(kind, bytes)
    const owner = kind === ChunkKind.tree ? '' : this.#path
    this.chunks.set(owner, [...(this.chunks.get(owner) ?? []), id])
    return id
  }
}

const expectedOf = (tree) => {
  const expected = new Map()
  for (const [path, planned] of Object.entries(tree)) {
    if (planned.type === EntryType.symlink) expected.set(path, { target: planned.content })
    else expected.set(path, { bytes: Buffer.concat((planned.file ?? [planned]).map(bytesOfPart)) })
  }
  return expected
}

const bytesOfPart = (part) =>
  typeof part === 'object' && 'zeros' in part ? Buffer.alloc(part.zeros) : Buffer.from(part)

const writeRecords = async ({ backend, seals }, { id, root }) => {
  const pendingId = '0a'.repeat(16)
  const record = { roots: [root], sourceStart: time, host: 'host', paths: ['/source'], captured: 0 }
  const pending = { ...record, id: pendingId, program: 'torture', rootAttributes: null, extensions }
  for (const checkpoint of [1, 2])
    await backend.create(
      names.pendingName(pendingId, checkpoint),
      sealPending(seals, { ...pending, checkpoint }),
    )
  for (const digit of ['b', 'c']) {
    const condemnedId = `0${digit}`.repeat(16)
    const condemned = { id: condemnedId, packs: ['0d'.repeat(32)], time, extensions }
    await backend.create(names.condemnedName(condemnedId), sealCondemned(seals, condemned))
    const suspectId = `1${digit}`.repeat(16)
    const suspect = { id: suspectId, pack: '0e'.repeat(32), blocks: null, reason: 'told', time, extensions }
    await backend.create(names.suspectName(suspectId), sealSuspect(seals, suspect))
  }
  const snapshotObject = await backend.read(names.snapshotName(id))
  await backend.create(
    names.forgottenName(id),
    sealForgotten(seals, { id, snapshotObject, time, extensions }),
  )
  for (const number of [1, 2]) {
    const note = { snapshot: id, number, tagsAdded: [`kept ${number}`], tagsRemoved: [], hold: null }
    await backend.create(names.noteName(id, number), sealNote(seals, { ...note, time, extensions }))
  }
  const nothing = { toRead: false, toWrite: false, toCollect: false }
  await backend.create(names.featureName('a-feature'), encodeFeature(nothing))
}
