import { randomBytes } from 'node:crypto'
import { defaultChunking } from '../chunking/parameters.js'
import { formatRecoveryKey } from '../crypto/recovery-key.js'
import type { BackupOptions, BackupReport } from '../operations/backup/backup-options.js'
import { backup } from '../operations/backup/backup.js'
import { createRepository } from '../repository/create-repository.js'
import type { Store } from '../repository/store.js'
import { currentTimeNs, type InitOptions, openBackend, type OpenOptions, openStore } from './open-options.js'
import { slotSecretOf } from './secret.js'

/**
 * A varve repository. Open one with `Repository.open`, make one with `Repository.init`, and close it with
 * `await using` or `Symbol.asyncDispose`. Every error is a `VarveError` with a stable `code`.
 */
export class Repository implements AsyncDisposable {
  private constructor(
    private readonly store: Store,
    readonly location: string,
  ) {}

  /** Makes a repository and opens it. Errors: `repository-exists`, `invalid-argument`, those of the storage. */
  static async init(options: InitOptions): Promise<{ repository: Repository; recoveryKey?: string }> {
    const { secret, label = '' } = options
    const given = slotSecretOf(typeof secret === 'function' ? await secret() : secret)
    const recovery = options.recoveryKey ? randomBytes(32) : undefined
    const secrets = [{ secret: given, label }]
    if (recovery !== undefined) secrets.push({ secret: { kind: 'recovery', secret: recovery }, label: 'recovery key' })
    const chunking = options.chunkSize === undefined ? defaultChunking : { levels: options.chunkSize }
    await using backend = await openBackend(options.location, true)
    await createRepository(backend, { secrets, chunking, nowNs: currentTimeNs() })
    const repository = await Repository.open(options)
    return recovery === undefined ? { repository } : { repository, recoveryKey: formatRecoveryKey(recovery) }
  }

  /** Errors: `no-repository`, `wrong-password`, `unsupported-version`, `unsupported-feature`, `corrupt`, those of the storage. */
  static async open(options: OpenOptions): Promise<Repository> {
    const backend = await openBackend(options.location, false)
    return new Repository(await openStore(options, backend), options.location)
  }

  /** 32 hex digits, given at init. */
  get id(): string {
    return this.store.repositoryId
  }

  /** Takes a snapshot of paths or of a stream. */
  backup(options: BackupOptions): Promise<BackupReport> {
    return backup(this.store, options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]()
  }
}
