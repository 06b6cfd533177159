import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backend } from '../src/backend/backend.js'
import { MemoryBackend } from '../src/backend/memory-backend.js'
import { type ByteString, byteStringOfText } from '../src/bytes/byte-string.js'
import { ChunkLookup } from '../src/chunk-index/chunk-lookup.js'
import { LookupState } from '../src/chunk-index/lookup-state.js'
import { defaultChunking } from '../src/chunking/parameters.js'
import { ChunkHasher } from '../src/crypto/chunk-id.js'
import {
  type Entry,
  type EntryContent,
  EntryType,
  type FileContent,
  type Holes,
  type Xattr,
} from '../src/format/entry.js'
import { encodeEntryValue } from '../src/format/entry-value.js'
import { type ChunkId, ChunkKind, type PendingId, type SnapshotId } from '../src/format/ids.js'
import { xattrChunkMaxBytes } from '../src/format/limits.js'
import { packName, snapshotName } from '../src/format/names.js'
import { type Snapshot, sealSnapshot } from '../src/format/snapshot.js'
import { timestampFromDate } from '../src/format/timestamp.js'
import { keyOf } from '../src/format/tree-key.js'
import { createRepository } from '../src/repository/create-repository.js'
import { ensureIndex } from '../src/repository/ensure-index.js'
import { Store } from '../src/repository/store.js'
import { storeHoles } from '../src/tree/hole-store.js'
import { ListWriter } from '../src/tree/list-writer.js'
import type { NodeSink } from '../src/tree/node-store.js'
import { TreeWriter } from '../src/tree/tree-writer.js'
import { ChunkStore } from '../src/workers/chunk-store.js'
import { StageClock } from '../src/workers/stage-clock.js'

/** Bytes, text, or so many zeros: one after the other they are a file. */
export type Part = Uint8Array | string | { readonly zeros: number }

/** What stands at a path: a file's content, or any entry. Directories above it are made where they are not given. */
export type Planned = Part | readonly Part[] | PlannedEntry

export interface PlannedEntry extends Partial<Omit<Entry, 'content'>> {
  readonly content?: EntryContent
  readonly file?: readonly Part[]
  /** Ranges for the hole map. */
  readonly holes?: readonly number[]
  /** Name and value of an attribute whose value is stored in chunks. */
  readonly longXattr?: readonly [string, Uint8Array]
}

export type PlannedTree = Readonly<Record<string, Planned>>

export const directory = (attributes: Partial<Entry> = {}): PlannedEntry => ({
  type: EntryType.directory,
  mode: 0o755,
  ...attributes,
})

export const symlink = (target: string): PlannedEntry => ({
  type: EntryType.symlink,
  mode: 0o777,
  content: byteStringOfText(target),
})

const plain = {
  mode: 0o644,
  uid: 1000,
  gid: 1000,
  user: 'user' as ByteString,
  group: 'users' as ByteString,
  mtimeSeconds: 1_700_000_000,
  mtimeNanoseconds: 123_456_789,
  ctimeSeconds: 1_700_000_000,
  ctimeNanoseconds: 0,
  inode: 0,
  links: 1,
  mount: 0,
  flags: 0,
  xattrs: [],
  extensions: [],
}

const hour = 3_600_000

/**
 * A real repository for tests, in memory, into which trees that a test spells out are written by the engine's own parts in
 * the test's thread. Files are cut every `chunkBytes`, so that a test can say which chunks there will be.
 */
export class RepositoryFixture implements AsyncDisposable {
  #snapshots = 0
  /** What the store warned of. */
  warnings: string[] = []

  private constructor(
    readonly backend: Backend,
    readonly store: Store,
    readonly chunkBytes: number,
    readonly packBytes: number,
    private readonly folder: string,
  ) {}

  static async create({
    backend = new MemoryBackend() as Backend,
    chunkBytes = 1000,
    packBytes = 2 ** 20,
  } = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'varve-fixture-'))
    const secret = { kind: 'key-file', secret: Buffer.alloc(32, 7) } as const
    await createRepository(backend, {
      secrets: [{ secret, label: '' }],
      chunking: defaultChunking,
      nowNs: 0n,
    })
    const warnings: string[] = []
    const store = await Store.open({
      backend,
      secret: async () => secret,
      cacheDirectory: join(folder, 'cache'),
      compressionLevel: 3,
      workers: 1,
      random: randomBytes,
      now: () => 0n,
      onWarning: (text) => warnings.push(text),
    })
    const fixture = new RepositoryFixture(backend, store, chunkBytes, packBytes, folder)
    fixture.warnings = warnings
    return fixture
  }

  /** Writes a snapshot; each is an hour younger than the one before. Paths are text; byte strings go through `latin1`. */
  async snapshot(tree: PlannedTree, record: Partial<Snapshot> = {}): Promise<Snapshot> {
    await ensureIndex(this.store)
    const sink = await InlineSink.open(this.store, this.packBytes)
    const root = this.#writeTree(tree, sink)
    await sink.finish()
    const time = timestampFromDate(new Date(Date.UTC(2026, 0, 1) + hour * this.#snapshots++))
    const snapshot: Snapshot = {
      id: randomBytes(16).toString('hex') as SnapshotId,
      root,
      time,
      sourceStart: time,
      host: 'host',
      paths: ['/source' as ByteString],
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
      pendingId: randomBytes(16).toString('hex') as PendingId,
      captured: 7,
      program: 'test',
      rootAttributes: null,
      extensions: [],
      ...record,
    }
    await this.backend.create(snapshotName(snapshot.id), sealSnapshot(this.store.seals, snapshot))
    return snapshot
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }

  #writeTree(tree: PlannedTree, sink: InlineSink) {
    const entries = new Map<ByteString, Entry>()
    for (const [text, planned] of Object.entries(tree)) {
      const names = pathBytes(text).split('/')
      names.forEach((name, depth) => {
        const key = keyOf(names.slice(0, depth).join('/') as ByteString, name as ByteString)
        if (depth === names.length - 1) entries.set(key, this.#entryOf(planned, sink))
        else if (!entries.has(key)) entries.set(key, this.#entryOf(directory(), sink))
      })
    }
    const writer = new TreeWriter(sink, this.store.keys.keyring.treeKey)
    for (const key of [...entries.keys()].sort()) {
      const entry = entries.get(key)!
      const { content } = entry
      const size =
        content !== null && typeof content === 'object' && 'form' in content ? content.sizeBytes : 0
      writer.add(key, encodeEntryValue(entry), size)
    }
    return writer.finish()
  }

  #entryOf(planned: Planned, sink: InlineSink): Entry {
    if (isPart(planned)) return this.#entryOf({ file: [planned] }, sink)
    if (Array.isArray(planned)) return this.#entryOf({ file: planned }, sink)
    const { file, holes = [], longXattr, content = null, ...attributes } = planned as PlannedEntry
    const entry = { ...plain, type: EntryType.file, content, ...attributes } as Entry
    if (longXattr !== undefined)
      Object.assign(entry, { xattrs: [...entry.xattrs, storedXattr(longXattr, sink)] })
    if (entry.type !== EntryType.file) return entry
    return { ...entry, content: this.#fileContent(file ?? [], storeHoles(holes, sink), sink) }
  }

  #fileContent(parts: readonly Part[], holes: Holes, sink: InlineSink): FileContent {
    const list = new ListWriter(sink)
    for (const part of parts) {
      if (typeof part === 'object' && 'zeros' in part) {
        list.addZeros(part.zeros)
        continue
      }
      const bytes = typeof part === 'string' ? Buffer.from(part) : part
      for (let at = 0; at < bytes.length; at += this.chunkBytes) {
        const chunk = bytes.subarray(at, at + this.chunkBytes)
        list.addChunk(sink.put(ChunkKind.data, chunk), chunk.length)
      }
    }
    return list.finish(holes)
  }
}

const isPart = (planned: Planned): planned is Part =>
  typeof planned === 'string' ||
  planned instanceof Uint8Array ||
  (!Array.isArray(planned) && 'zeros' in planned)

const storedXattr = ([name, value]: readonly [string, Uint8Array], sink: InlineSink): Xattr => {
  const ids: ChunkId[] = []
  for (let at = 0; at < value.length; at += xattrChunkMaxBytes)
    ids.push(sink.put(ChunkKind.data, value.subarray(at, at + xattrChunkMaxBytes)))
  return { name: byteStringOfText(name), value: { sizeBytes: value.length, ids } }
}

/** Text as UTF-8; what begins with `latin1:` stands for the bytes themselves. */
const pathBytes = (text: string): ByteString =>
  text.startsWith('latin1:') ? (text.slice('latin1:'.length) as ByteString) : byteStringOfText(text)

/** Stores chunks in the calling thread. */
class InlineSink implements NodeSink {
  private constructor(
    private readonly store: Store,
    private readonly chunks: ChunkStore,
    private readonly lookup: ChunkLookup,
    private readonly hash: (kind: ChunkKind, bytes: Uint8Array) => ChunkId,
  ) {}

  static async open(store: Store, packTargetBytes: number): Promise<InlineSink> {
    const hasher = new ChunkHasher(store.keys.keyring.idKey)
    const lookup = new ChunkLookup(new LookupState(store.index.local, 64 * 1024).config())
    const setup = {
      seals: store.seals.material,
      idKey: store.keys.keyring.idKey,
      chunkerKey: store.keys.keyring.chunkerKey,
      chunking: store.keys.chunking,
      writerSlot: store.keys.slot.id,
      compressionLevel: store.compressionLevel,
      packTargetBytes,
      dryRun: false,
    }
    const chunks = new ChunkStore(setup, 0, lookup, new StageClock(() => 0))
    chunks.takeStagingPaths(
      await Promise.all(Array.from({ length: 64 }, () => store.backend.openStaging('packs'))),
    )
    return new InlineSink(store, chunks, lookup, (kind, bytes) => {
      return Uint8Array.from(hasher.idOf(kind, Buffer.from(bytes), 0, bytes.length)) as ChunkId
    })
  }

  put(kind: ChunkKind, bytes: Uint8Array): ChunkId {
    const id = this.hash(kind, bytes)
    if (this.lookup.claim(id) === 'new') this.chunks.addClaimed(kind, 0, id, Buffer.from(bytes))
    return id
  }

  async finish(): Promise<void> {
    this.chunks.finish([])
    const { packs } = this.chunks.outcome()
    for (const { stagedPath, id, sizeBytes } of packs)
      await this.store.backend.publishStaged(stagedPath, packName(id), sizeBytes)
    await this.store.index.write(packs)
    this.lookup.close()
  }
}

export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export const collectBytes = async (parts: AsyncIterable<Uint8Array>): Promise<Buffer> =>
  Buffer.concat(await collect(parts))
