import { createHash } from 'node:crypto'
import { MemoryBackend } from '../../../src/backend/memory-backend.js'
import type { ByteString } from '../../../src/bytes/byte-string.js'
import { sealCondemned } from '../../../src/format/condemned.js'
import { sealForgotten } from '../../../src/format/forgotten.js'
import type { PackId, PendingId, SnapshotId } from '../../../src/format/ids.js'
import {
  type CondemnedId,
  condemnedName,
  forgottenName,
  noteName,
  pendingName,
  snapshotName,
} from '../../../src/format/names.js'
import { sealNote } from '../../../src/format/note.js'
import { sealPending } from '../../../src/format/pending.js'
import type { Snapshot } from '../../../src/format/snapshot.js'
import { check } from '../../../src/operations/check/check.js'
import type { CheckOptions } from '../../../src/operations/check/check-options.js'
import { addKey } from '../../../src/operations/keys/add-key.js'
import type { Store } from '../../../src/repository/store.js'
import { RepositoryFixture } from '../../repository-fixture.js'
import { inlineReader } from './inline-reader.js'

const time = { seconds: 1_700_000_000, nanoseconds: 0 }
const extensions: [] = []

/** Bytes that do not compress and are the same in every run. */
export const noise = (seed: string, sizeBytes: number): Buffer => {
  const parts: Buffer[] = []
  for (let at = 0; at < sizeBytes; at += 32) parts.push(createHash('sha256').update(`${seed} ${at}`).digest())
  return Buffer.concat(parts).subarray(0, sizeBytes)
}

/** A repository with at least one object of every kind, several packs of data, and three snapshots that share most. */
export class SmallRepository implements AsyncDisposable {
  private constructor(
    readonly fixture: RepositoryFixture,
    readonly backend: MemoryBackend,
    readonly snapshots: readonly Snapshot[],
  ) {}

  static async create(): Promise<SmallRepository> {
    const backend = new MemoryBackend()
    const fixture = await RepositoryFixture.create({ backend, packBytes: 40_000 })
    const secret = { kind: 'recovery', secret: Buffer.alloc(32, 9) } as const
    await addKey(fixture.store, { secret, label: 'paper' })
    const shared = {
      'docs/big': noise('big', 90_000),
      'docs/small': 'a few bytes',
      'docs/sparse': {
        file: [{ zeros: 300_000 }],
        holes: Array.from({ length: 200 }, (_, i) => [i * 1000, 500]).flat(),
      },
      'media/one': noise('one', 30_000),
      'media/two': noise('two', 30_000),
      'media/three': noise('three', 30_000),
    }
    const first = await fixture.snapshot({ ...shared, 'notes/today': 'one' })
    const second = await fixture.snapshot({
      ...shared,
      'notes/today': 'two',
      'notes/new': noise('new', 5000),
    })
    const third = await fixture.snapshot({ 'other/alone': noise('alone', 20_000) }, { host: 'elsewhere' })
    const repository = new SmallRepository(fixture, backend, [first, second, third])
    await repository.#writeRecords()
    return repository
  }

  get store(): Store {
    return this.fixture.store
  }

  check(options: CheckOptions = { readData: true }) {
    return check(this.store, options, inlineReader)
  }

  /** Names of all objects of a folder, or of all. */
  names(folder = ''): string[] {
    return [...this.backend.store.keys()].filter((name) => name.startsWith(folder)).sort()
  }

  bytesOf(name: string): Buffer {
    return this.backend.store.get(name)!.bytes
  }

  /** Does something while an object is other than it was, or gone, and puts it back. */
  async with<T>(name: string, bytes: Buffer | undefined, action: () => Promise<T>): Promise<T> {
    const before = this.backend.store.get(name)!
    if (bytes === undefined) this.backend.store.delete(name)
    else this.backend.store.set(name, { ...before, bytes })
    try {
      return await action()
    } finally {
      this.backend.store.set(name, before)
    }
  }

  /** Takes a snapshot of noise by these seeds, all of it stored anew. */
  async storeAgain(seeds: Readonly<Record<string, string>>): Promise<void> {
    this.store.index.local.clear()
    const files = Object.entries(seeds).map(([path, seed]) => [path, noise(seed, 20_000)])
    await this.fixture.snapshot(Object.fromEntries(files))
  }

  async forget(index: number): Promise<void> {
    const { id } = this.snapshots[index]!
    const snapshotObject = await this.backend.read(snapshotName(id))
    const record = sealForgotten(this.store.seals, { id, snapshotObject, time, extensions })
    await this.backend.create(forgottenName(id), record)
    await this.backend.remove(snapshotName(id))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fixture[Symbol.asyncDispose]()
  }

  async #writeRecords(): Promise<void> {
    const { backend, snapshots } = this
    const { seals } = this.store
    const { id, root } = snapshots[0]!
    const pendingId = '0a'.repeat(16) as PendingId
    const condemnedId = '0b'.repeat(16) as CondemnedId
    const pending = {
      id: pendingId,
      checkpoint: 3,
      roots: [root],
      sourceStart: time,
      host: 'host',
      paths: ['/source' as ByteString],
      captured: 0,
      program: 'test',
      rootAttributes: null,
      extensions,
    }
    const packs = ['0c'.repeat(32) as PackId]
    const snapshotObject = await backend.read(snapshotName(snapshots[0]!.id))
    const note = {
      snapshot: id,
      number: 1,
      tagsAdded: ['kept'],
      tagsRemoved: [],
      hold: null,
      time,
      extensions,
    }
    await backend.create(pendingName(pendingId, 3), sealPending(seals, pending))
    await backend.create(
      condemnedName(condemnedId),
      sealCondemned(seals, { id: condemnedId, packs, time, extensions }),
    )
    await backend.create(
      forgottenName(id as SnapshotId),
      sealForgotten(seals, { id, snapshotObject, time, extensions }),
    )
    await backend.create(noteName(id, 1), sealNote(seals, note))
  }
}
