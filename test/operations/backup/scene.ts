import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import type { Backend } from '../../../dist/backend/backend.js'
import { openLocalBackend } from '../../../dist/backend/open-local-backend.js'
import { defaultChunking } from '../../../dist/chunking/parameters.js'
import { type FileContent, isFileContent } from '../../../dist/format/entry.js'
import { ChunkKind } from '../../../dist/format/ids.js'
import type { Snapshot } from '../../../dist/format/snapshot.js'
import type { StoredEntry } from '../../../dist/format/stored-entry.js'
import { pathOfKey } from '../../../dist/format/tree-key.js'
import type { TreeRoot } from '../../../dist/format/tree-root.js'
import { backup } from '../../../dist/operations/backup/backup.js'
import type { BackupOptions, BackupReport } from '../../../dist/operations/backup/backup-options.js'
import { createRepository } from '../../../dist/repository/create-repository.js'
import { readSnapshots } from '../../../dist/repository/snapshot-store.js'
import { Store } from '../../../dist/repository/store.js'
import { FilePieces } from '../../../dist/tree/list-reader.js'
import { TreeCursor } from '../../../dist/tree/tree-cursor.js'

/** The key file of all scenes, so that a child process can open them too. */
const keyFile = Buffer.alloc(32, 7)
const secret = { kind: 'key-file', secret: keyFile } as const

export interface OpenScene {
  readonly workers?: number
  /** Nanoseconds since 1970; default: the real clock. */
  readonly now?: () => bigint
  readonly cache?: string
  readonly repository?: string
  readonly wrap?: (backend: Backend) => Backend
}

/** One entry as it was read back, with the content of a file. */
export interface ReadEntry {
  readonly entry: StoredEntry
  readonly content: Buffer | undefined
}

/** A folder of its own with a source, a repository and a cache in it, all on the disk. */
export class Scene implements AsyncDisposable {
  readonly source: string
  readonly repository: string
  readonly cache: string

  private constructor(readonly folder: string) {
    this.source = join(folder, 'source')
    this.repository = join(folder, 'repository')
    this.cache = join(folder, 'cache')
  }

  static async make(folder?: string): Promise<Scene> {
    const scene = new Scene(folder ?? (await mkdtemp(join(tmpdir(), 'varve-backup-'))))
    await mkdir(scene.source)
    await initialise(scene.repository)
    return scene
  }

  path(...names: string[]): string {
    return join(this.source, ...names)
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    await mkdir(dirname(this.path(name)), { recursive: true })
    await writeFile(this.path(name), content)
    return this.path(name)
  }

  async open({
    workers = 2,
    now = realClock,
    cache,
    repository,
    wrap = same,
  }: OpenScene = {}): Promise<Store> {
    const backend = await openLocalBackend(repository ?? this.repository, { randomBytes })
    return Store.open({
      backend: wrap(backend),
      secret: async () => secret,
      cacheDirectory: cache ?? this.cache,
      compressionLevel: 1,
      workers,
      now,
      random: randomBytes,
    })
  }

  /** Opens, backs up, closes. The clock is later than anything that was written, unless the test says otherwise. */
  async backup(options: Partial<BackupOptions> = {}, opening: OpenScene = {}): Promise<BackupReport> {
    const store = await this.open({ now: laterClock, ...opening })
    try {
      return await backup(store, { paths: [this.source], host: 'host', ...options })
    } finally {
      await store[Symbol.asyncDispose]()
    }
  }

  async snapshots(opening: OpenScene = {}): Promise<readonly Snapshot[]> {
    await using store = await this.open(opening)
    const { snapshots, unreadable } = await readSnapshots(store.backend, store.seals)
    expect(unreadable).toEqual([])
    return snapshots
  }

  async snapshot(id: string | undefined, opening: OpenScene = {}): Promise<Snapshot> {
    const found = (await this.snapshots(opening)).find((snapshot) => snapshot.id === id)
    if (found === undefined) throw new Error(`no snapshot ${id}`)
    return found
  }

  /** Every entry of a snapshot by its path, all contents read from the stored chunks, with an empty cache. */
  async read(id: string | undefined, opening: OpenScene = {}): Promise<Map<string, ReadEntry>> {
    const cache = await mkdtemp(join(this.folder, 'reading-'))
    await using store = await this.open({ cache, ...opening })
    await store.index.refresh()
    return await readTree(store, (await this.snapshot(id, opening)).root)
  }

  /** Paths in the snapshot, without the way to the source. */
  async paths(id: string | undefined): Promise<string[]> {
    const prefix = `${this.source.slice(1)}/`
    return [...(await this.read(id)).keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length))
      .sort()
  }

  /** Expects that a snapshot of the source holds exactly what the source holds now. */
  async expectWhole(id: string | undefined, opening: OpenScene = {}): Promise<void> {
    expectSameAsDisk(await this.read(id, opening), this.source)
  }

  /** Names of the objects of a folder of the repository. */
  async objects(folder: string, repository = this.repository): Promise<string[]> {
    const names = await readdir(join(repository, folder), { recursive: true, withFileTypes: true }).catch(
      () => [],
    )
    return names
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  }

  async sizeOf(path: string): Promise<number> {
    return (await stat(path)).size
  }

  async storedBytes(): Promise<number> {
    const packs = await this.objects('packs')
    return (await Promise.all(packs.map((path) => stat(path)))).reduce((sum, { size }) => sum + size, 0)
  }

  async copy(from: string, to: string): Promise<void> {
    await rm(to, { recursive: true, force: true })
    await cp(from, to, { recursive: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Node's own removal cannot reach beyond the longest path that the kernel takes.
    execFileSync('rm', ['-rf', this.folder])
  }
}

const same = (backend: Backend): Backend => backend
export const realClock = (): bigint => BigInt(Date.now()) * 1_000_000n
/** A minute ahead: what was written a moment ago is long settled. */
export const laterClock = (): bigint => realClock() + 60_000_000_000n

const initialise = async (location: string): Promise<void> => {
  await using backend = await openLocalBackend(location, { randomBytes, create: true })
  await createRepository(backend, { secrets: [{ secret, label: '' }], chunking: defaultChunking, nowNs: 0n })
}

export const readTree = async (store: Store, root: TreeRoot): Promise<Map<string, ReadEntry>> => {
  const entries = new Map<string, ReadEntry>()
  const cursor = new TreeCursor(store.reader, root)
  while (await cursor.advance()) {
    const { entry } = cursor
    const content = isFileContent(entry.content) ? await readContent(store, entry.content) : undefined
    entries.set(pathOfKey(entry.key), { entry, content })
  }
  return entries
}

const readContent = async (store: Store, content: FileContent): Promise<Buffer> => {
  const parts: Buffer[] = []
  const pieces = new FilePieces(store.reader, content)
  while (await pieces.advance())
    parts.push(
      pieces.isExtent
        ? Buffer.alloc(pieces.lengthBytes)
        : Buffer.from(await store.reader.get(pieces.id, ChunkKind.data)),
    )
  const whole = Buffer.concat(parts)
  expect(whole.length).toBe(content.sizeBytes)
  return whole
}

/** Lengths of a file's pieces; negative for extents of zeros. */
export const pieceLengths = async (store: Store, content: FileContent): Promise<number[]> => {
  const lengths: number[] = []
  const pieces = new FilePieces(store.reader, content)
  while (await pieces.advance()) lengths.push(pieces.isExtent ? -pieces.lengthBytes : pieces.lengthBytes)
  return lengths
}

/** The tree below `source`, compared name by name and byte by byte with the disk. */
const expectSameAsDisk = (entries: ReadonlyMap<string, ReadEntry>, source: string): void => {
  const prefix = Buffer.from(source.slice(1)).toString('latin1')
  const stored = new Set([...entries.keys()].filter((path) => path.startsWith(`${prefix}/`)))
  for (const path of namesBelow(Buffer.from(source), '')) {
    const found = entries.get(`${prefix}/${path}`)
    if (found === undefined) throw new Error(`the snapshot lacks ${path}`)
    stored.delete(`${prefix}/${path}`)
    expectSameEntry(found, Buffer.concat([Buffer.from(`${source}/`), Buffer.from(path, 'latin1')]), path)
  }
  expect([...stored]).toEqual([])
}

const expectSameEntry = ({ entry, content }: ReadEntry, path: Buffer, name: string): void => {
  const onDisk = lstatSync(path, { bigint: true })
  const said = [entry.mode, entry.uid, entry.gid, entry.inode, entry.mtimeSeconds, entry.mtimeNanoseconds]
  const is = [
    Number(onDisk.mode & 0o7777n),
    Number(onDisk.uid),
    Number(onDisk.gid),
    Number(onDisk.ino),
    Number(onDisk.mtimeNs / 1_000_000_000n),
    Number(onDisk.mtimeNs % 1_000_000_000n),
  ]
  if (said.join() !== is.join()) throw new Error(`${name} is stored with ${said}, but has ${is}`)
  if (onDisk.isSymbolicLink()) expect(entry.content).toBe(readlinkSync(path, 'latin1'))
  if (onDisk.isFile() && !readWhole(path).equals(content!)) throw new Error(`${name} has other content`)
}

/** Not through readFile: it takes no buffers of file names longer than the kernel's own limit, and nothing else is needed. */
const readWhole = (path: Buffer): Buffer => {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(Number(lstatSync(path).size))
    for (let at = 0; at < bytes.length; ) {
      const got = readSync(fd, bytes, at, bytes.length - at, at)
      if (got === 0) break
      at += got
    }
    return bytes
  } finally {
    closeSync(fd)
  }
}

function* namesBelow(folder: Buffer, prefix: string): Generator<string> {
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    const path = Buffer.concat([folder, Buffer.from('/'), name])
    const text = prefix + name.toString('latin1')
    yield text
    if (lstatSync(path).isDirectory()) yield* namesBelow(path, `${text}/`)
  }
}
