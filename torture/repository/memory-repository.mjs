import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../../bench/machine/dist.mjs'
import { roomyFolder } from '../../bench/machine/work-folder.mjs'
import { InlineSink } from './inline-sink.mjs'
import { writeTree } from './planned-tree.mjs'

const { MemoryBackend } = await load('backend/memory-backend.js')
const { defaultChunking } = await load('chunking/parameters.js')
const { snapshotName } = await load('format/names.js')
const { sealSnapshot } = await load('format/snapshot.js')
const { createRepository } = await load('repository/create-repository.js')
const { ensureIndex } = await load('repository/ensure-index.js')
const { Store } = await load('repository/store.js')

/** The secret that opens it: as in a key file. */
export const repositorySecret = { kind: 'key-file', secret: Buffer.alloc(32, 7) }

/** What a snapshot's record says unless told otherwise. */
const plainRecord = {
  sourceStart: { seconds: 1_700_000_000, nanoseconds: 0 },
  host: 'host',
  paths: ['/source'],
  tags: [],
  strategy: 'full',
  parent: null,
  base: null,
  summary: {
    filesNew: 0,
    filesChanged: 0,
    filesUnmodified: 0,
    directories: 0,
    others: 0,
    bytesProcessed: 0,
    bytesAdded: 0,
    bytesAddedStored: 0,
    problems: 0,
  },
  captured: 7,
  program: 'torture',
  rootAttributes: null,
  extensions: [],
}

/** A repository in memory, into which trees that a campaign spells out are written by the engine's own parts. */
export class MemoryRepository {
  #folder = mkdtempSync(join(roomyFolder(2 ** 26), 'varve-torture-'))
  #caches = 0
  #snapshots = 0

  /** @param {Map} objects the storage: name to `{ bytes, modifiedMs }`; hosts of one repository share it */
  static async create(objects = new Map()) {
    const repository = new MemoryRepository()
    repository.objects = objects
    const secrets = [{ secret: repositorySecret, label: 'first' }]
    await createRepository(new MemoryBackend(objects), { secrets, chunking: defaultChunking, nowNs: 0n })
    repository.store = await repository.open()
    return repository
  }

  /** Opens it once more, as another process would: with an empty cache, or with the one of that name. */
  open(cache = `cache${this.#caches++}`, objects = this.objects, secret = repositorySecret) {
    return Store.open({
      backend: new MemoryBackend(objects),
      secret: async () => secret,
      cacheDirectory: join(this.#folder, cache),
      compressionLevel: 3,
      workers: 1,
      random: randomBytes,
      now: () => 0n,
    })
  }

  /** Lets go of what a cache keeps on the disk. */
  removeCaches() {
    for (let cache = 0; cache < this.#caches; cache++)
      rmSync(join(this.#folder, `cache${cache}`), { recursive: true, force: true })
  }

  /** A new folder of this repository's own. */
  folder(name) {
    return join(this.#folder, name)
  }

  /** Writes chunks and nodes by `write(sink, treeKey)`, which gives a tree's root, and a snapshot of it. */
  async snapshotOf(write, { packBytes = 2 ** 20, ...record } = {}) {
    await ensureIndex(this.store)
    const sink = await InlineSink.open(this.store, packBytes)
    const root = await write(sink, this.store.keys.keyring.treeKey)
    await sink.finish()
    return this.record({ root, ...record })
  }

  /** A snapshot of a planned tree; each is an hour younger than the one before. */
  snapshot(tree, { chunkBytes, ...record } = {}) {
    return this.snapshotOf((sink, treeKey) => writeTree(tree, sink, treeKey, chunkBytes), record)
  }

  /** Only the record. */
  async record(record) {
    const id = randomBytes(16).toString('hex')
    const pendingId = randomBytes(16).toString('hex')
    const time = { seconds: 1_767_225_600 + 3600 * this.#snapshots++, nanoseconds: 0 }
    const snapshot = { ...plainRecord, id, pendingId, time, ...record }
    await this.store.backend.create(snapshotName(snapshot.id), sealSnapshot(this.store.seals, snapshot))
    return snapshot
  }

  async [Symbol.asyncDispose]() {
    await this.store[Symbol.asyncDispose]()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
