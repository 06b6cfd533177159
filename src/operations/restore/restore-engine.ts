import type { Store } from '../../repository/store.js'
import { WorkerPool } from '../../workers/pool.js'
import { RestoreCore } from '../../workers/restore-core.js'
import type { RestoreJob, RestoreSetup } from '../../workers/restore-jobs.js'
import { threadUrl } from '../../workers/thread-url.js'

/** Does jobs, in threads or here. */
export interface RestoreEngine extends AsyncDisposable {
  /** `transfer`: memory of the job that the caller gives away. */
  run<R>(job: RestoreJob, transfer?: readonly ArrayBuffer[]): Promise<R>
  /** Resolves when more work should be brought. */
  room(): Promise<void>
}

/** As many threads as the store's options say. */
export const openEngine = (store: Store, setup: RestoreSetup): RestoreEngine =>
  new ThreadEngine(new WorkerPool({ url: threadUrl('restore'), setup }, store.workers))

/** The same jobs in the calling thread. */
export const openInlineEngine = (_store: Store, setup: RestoreSetup): RestoreEngine => new InlineEngine(setup)

class ThreadEngine implements RestoreEngine {
  constructor(private readonly pool: WorkerPool) {}

  run<R>(job: RestoreJob, transfer?: readonly ArrayBuffer[]): Promise<R> {
    return this.pool.run<R>(job, undefined, transfer)
  }

  room(): Promise<void> {
    return this.pool.room()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.pool[Symbol.asyncDispose]()
  }
}

class InlineEngine implements RestoreEngine {
  readonly #core: RestoreCore

  constructor(setup: RestoreSetup) {
    this.#core = new RestoreCore(setup, 0)
  }

  async run<R>(job: RestoreJob): Promise<R> {
    return this.#core.run(job) as R
  }

  async room(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#core.close()
  }
}
