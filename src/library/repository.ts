import { defaultCacheDirectory } from '../filesystem/cache-directory.js'
import type { ArchiveOptions } from '../operations/archive/archive.js'
import type { BackupOptions, BackupReport } from '../operations/backup/backup-options.js'
import type { CacheSummary } from '../operations/cache/cache.js'
import type { CheckOptions, CheckReport } from '../operations/check/check-options.js'
import type { DiffOptions } from '../operations/diff/diff.js'
import type { Difference } from '../operations/diff/difference.js'
import type { EntriesOptions } from '../operations/entries/entries.js'
import type { FindOptions, FoundEntry } from '../operations/find/find.js'
import type { KeySummary } from '../operations/keys/key-summary.js'
import type { ListKeysOptions } from '../operations/keys/list-keys.js'
import type { ReadFileOptions } from '../operations/read/read-file.js'
import type {
  RepairIndexReport,
  RepairOptions,
  RepairPacksOptions,
  RepairPacksReport,
  RepairSnapshotsOptions,
  RepairSnapshotsReport,
} from '../operations/repair/repair-options.js'
import type { RestoreOptions, RestoreReport } from '../operations/restore/restore-options.js'
import type { SnapshotsOptions } from '../operations/snapshots/snapshots.js'
import type { StatsOptions, StatsReport } from '../operations/stats/stats.js'
import type { Reference } from '../repository/resolve-reference.js'
import type { Store } from '../repository/store.js'
import type { ListedEntry } from '../snapshot/listed-entry.js'
import type { SnapshotSummary } from '../snapshot/snapshot-summary.js'
import type { NextBackup } from './next-backup.js'
import type { InitOptions, OpenOptions } from './open-options.js'
import type { NewKeyOptions } from './secret.js'

/**
 * A varve repository. Open one with `Repository.open`, make one with `Repository.init`, and close it with `close` or
 * `await using`. Every error is a `VarveError` with a stable `code`. In the examples `repository` is an open one that
 * has a snapshot of `documents`; tests run them. Importing the library costs little: each call loads what it needs.
 */
export class Repository implements AsyncDisposable {
  private constructor(
    private readonly store: Store,
    private readonly nextBackup: NextBackup,
    readonly location: string,
  ) {}

  /**
   * Makes a repository and opens it. Errors: `repository-exists`, `in-the-way`, `invalid-argument`, those of the storage.
   * @example
   * const secret = { kind: 'password', password: 'correct horse battery staple' } as const
   * const { repository, recoveryKey } = await Repository.init({ location: 'new', secret, recoveryKey: true })
   */
  static async init(options: InitOptions): Promise<{ repository: Repository; recoveryKey?: string }> {
    return (await import('./make-repository.js')).makeRepository(options, Repository.open)
  }

  /**
   * Errors: `no-repository`, `wrong-password`, `unsupported-version`, `unsupported-feature`, `corrupt`, those of the storage.
   * @example
   * const secret = { kind: 'key-file', key: await readFile('key') } as const
   * await using repository = await Repository.open({ location: 'repository', secret })
   */
  static async open(options: OpenOptions): Promise<Repository> {
    const { openWithNextBackup } = await import('./next-backup.js')
    return new Repository(...(await openWithNextBackup(options)), options.location)
  }

  /** 32 hex digits, given at init. */
  get id(): string {
    return this.store.repositoryId
  }

  /**
   * Takes a snapshot of paths or of a stream.
   * @example
   * const onProgress = ({ bytesDone, bytesTotal }: Progress) => console.error(bytesDone, bytesTotal)
   * const report = await repository.backup({ paths: ['documents'], tags: ['daily'], scan: true, onProgress })
   */
  async backup(options: BackupOptions): Promise<BackupReport> {
    const { backup } = await import('../operations/backup/backup.js')
    return backup(this.store, options, await this.nextBackup.take(options, this.store.cacheFolder))
  }

  /**
   * The snapshots that pass the filter, oldest first.
   * @example for (const { id, time } of await repository.snapshots({ latest: 1 })) console.log(id, time)
   */
  async snapshots(options: SnapshotsOptions = {}): Promise<SnapshotSummary[]> {
    const { snapshots } = await import('../operations/snapshots/snapshots.js')
    return snapshots(this.store, options)
  }

  /** What a reference names: `latest`, an id or its unique beginning, each with an optional `:path`. */
  async snapshot(reference: Reference): Promise<{ snapshot: SnapshotSummary; path: string }> {
    const { namedSnapshot } = await import('../operations/snapshots/named-snapshot.js')
    return namedSnapshot(this.store, reference)
  }

  /**
   * The entries of a directory of a snapshot, or one entry.
   * @example for await (const { path } of repository.entries('latest:documents')) console.log(textOfPath(path))
   */
  async *entries(
    reference: Reference,
    options: EntriesOptions = {},
  ): AsyncGenerator<ListedEntry, void, undefined> {
    const { entries } = await import('../operations/entries/entries.js')
    yield* entries(this.store, reference, options)
  }

  /**
   * Entries whose names match, in one snapshot or in many. What is found is a reference, as `readFile` takes it.
   * @example for await (const found of repository.find(['*.txt'])) await repository.readFile(found).next()
   */
  async *find(
    patterns: readonly string[],
    options: FindOptions = {},
  ): AsyncGenerator<FoundEntry, void, undefined> {
    const { find } = await import('../operations/find/find.js')
    yield* find(this.store, patterns, options)
  }

  /**
   * The content of one file, or a range of it. Reads only what it needs.
   * @example await pipeline(repository.readFile('latest:documents/notes.txt', { start: 2, end: 9 }), createWriteStream('part'))
   */
  async *readFile(
    reference: Reference,
    options: ReadFileOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { readFile } = await import('../operations/read/read-file.js')
    yield* readFile(this.store, reference, options)
  }

  /**
   * A directory as a tar stream.
   * @example await pipeline(repository.archive('latest:documents'), createWriteStream('documents.tar'))
   */
  async *archive(
    reference: Reference,
    options: ArchiveOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { archive } = await import('../operations/archive/archive.js')
    yield* archive(this.store, reference, options)
  }

  /**
   * What the second snapshot changed of the first, in time proportional to the change.
   * @example for await (const { kind, path } of repository.diff('latest', 'latest')) console.log(kind, textOfPath(path))
   */
  async *diff(
    before: Reference,
    after: Reference,
    options: DiffOptions = {},
  ): AsyncGenerator<Difference, void, undefined> {
    const { diff } = await import('../operations/diff/diff.js')
    yield* diff(this.store, before, after, options)
  }

  /**
   * Brings a snapshot, or a part of it, back into a directory.
   * @example await repository.restore({ snapshot: 'latest:documents', target: 'back', signal: AbortSignal.timeout(60_000) })
   */
  async restore(options: RestoreOptions): Promise<RestoreReport> {
    const { restore } = await import('../operations/restore/restore.js')
    return restore(this.store, options)
  }

  /**
   * Proves that everything is there and, with `readData`, that all stored bytes are what they were.
   * @example if ((await repository.check({ readData: true })).damages.length > 0) process.exitCode = 1
   */
  async check(options: CheckOptions = {}): Promise<CheckReport> {
    const { check } = await import('../operations/check/check.js')
    return check(this.store, options)
  }

  /** Names in index files what none names, from the packs' own directories, and sets damaged index files aside. */
  async repairIndex(options: RepairOptions = {}): Promise<RepairIndexReport> {
    const { repairIndex } = await import('../operations/repair/repair-index.js')
    return repairIndex(this.store, options)
  }

  /** Saves what is whole of damaged packs to new ones, and sets the damaged ones aside. */
  async repairPacks(options: RepairPacksOptions = {}): Promise<RepairPacksReport> {
    const { repairPacks } = await import('../operations/repair/repair-packs.js')
    return repairPacks(this.store, options)
  }

  /** Writes beside each snapshot that is not wholly there another one of what is left of it. */
  async repairSnapshots(options: RepairSnapshotsOptions = {}): Promise<RepairSnapshotsReport> {
    const { repairSnapshots } = await import('../operations/repair/repair-snapshots.js')
    return repairSnapshots(this.store, options)
  }

  /** Sizes: what snapshots hold, what they share, what they take. */
  async stats(options: StatsOptions = {}): Promise<StatsReport> {
    const { stats } = await import('../operations/stats/stats.js')
    return stats(this.store, options)
  }

  /** The keys that open the repository, oldest first. */
  async keys(options: ListKeysOptions = {}): Promise<KeySummary[]> {
    const { listKeys } = await import('../operations/keys/list-keys.js')
    return listKeys(this.store, options)
  }

  /** Adds a key; `new-recovery` makes a recovery key and gives it back. */
  async addKey({ secret, label }: NewKeyOptions): Promise<{ id: string; recoveryKey?: string }> {
    const { addKey } = await import('../operations/keys/add-key.js')
    const { slotSecretOf } = await import('./secret.js')
    const wanted = secret.kind === 'new-recovery' ? ({ kind: 'recovery' } as const) : slotSecretOf(secret)
    return addKey(this.store, { secret: wanted, ...(label === undefined ? {} : { label }) })
  }

  /** Takes a key away, by its id or the beginning of it. Never the one that this repository was opened with. */
  async removeKey(id: string): Promise<void> {
    const { removeKey } = await import('../operations/keys/remove-key.js')
    await removeKey(this.store, id)
  }

  /** Puts a new password in the place of the old one; open the repository again afterwards. */
  async changePassword({ password }: { readonly password: string }): Promise<{ id: string }> {
    const { changePassword } = await import('../operations/keys/change-password.js')
    return changePassword(this.store, { password })
  }

  /** What is needed to open the repository when its own key objects are lost, as text to print. */
  async exportKeys(): Promise<string> {
    const { exportKeys } = await import('../operations/keys/export-keys.js')
    return exportKeys(this.store)
  }

  /** What this machine's caches of repositories take. Needs no key. */
  static async cacheOf(directory?: string): Promise<CacheSummary> {
    const { cacheSummary } = await import('../operations/cache/cache.js')
    return cacheSummary(directory ?? defaultCacheDirectory())
  }

  /** Deletes them: it costs only the time to fetch the index again. */
  static async clearCache(directory?: string): Promise<{ bytesFreed: number }> {
    const { clearCache } = await import('../operations/cache/cache.js')
    return clearCache(directory ?? defaultCacheDirectory())
  }

  /** Ends the threads and closes what is open. `await using` does it by itself. */
  async close(): Promise<void> {
    for (const opened of [this.nextBackup, this.store]) await opened[Symbol.asyncDispose]()
  }

  [Symbol.asyncDispose] = (): Promise<void> => this.close()
}
