import { VarveError } from '../../errors.js'
import type { PackId } from '../../format/ids.js'
import { packName } from '../../format/names.js'
import type { Store } from '../../repository/store.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import type { CheckedPack, CheckPackJob, CheckSetup } from '../../workers/check-jobs.js'
import { WorkerPool } from '../../workers/pool.js'
import { threadUrl } from '../../workers/thread-url.js'

/** Does jobs of `workers/check-core.ts`: a pool of threads, or in a test the same core in its own thread. */
export interface PackReader extends AsyncDisposable {
  /** Resolves when another job should be brought. */
  room(): Promise<void>
  run(job: CheckPackJob): Promise<CheckedPack>
}

export type OpenPackReader = (setup: CheckSetup, threads: number) => PackReader

export const openThreads: OpenPackReader = (setup, threads) =>
  new WorkerPool({ url: threadUrl('check'), setup }, threads)

export interface PackReading {
  readonly open: OpenPackReader
  readonly onPack: (id: PackId, result: CheckedPack) => void
  readonly signal: AbortSignal | undefined
}

/** Reads packs in full. What is wrong with one goes to `onPack`. Errors: `interrupted`. */
export const readPacks = async (
  store: Store,
  ids: readonly PackId[],
  reading: PackReading,
): Promise<void> => {
  if (ids.length === 0) return
  const setup = { seals: store.seals.material, idKey: store.keys.keyring.idKey }
  await using reader = reading.open(setup, Math.max(1, Math.min(store.workers, ids.length)))
  const running = new Set<Promise<void>>()
  let failure: unknown
  for (const id of ids) {
    await reader.room()
    throwIfAborted(reading.signal)
    if (failure !== undefined) throw failure
    const job = await jobOf(store, id)
    if (job === undefined) continue
    const done = reader
      .run(job)
      .then((result) => reading.onPack(id, result))
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => running.delete(done))
    running.add(done)
  }
  await Promise.all(running)
  if (failure !== undefined) throw failure
}

/** Undefined where the pack is gone. */
const jobOf = async ({ backend }: Store, packId: PackId): Promise<CheckPackJob | undefined> => {
  const path = backend.localPathOf(packName(packId))
  if (path !== undefined) return { packId, source: { path } }
  try {
    return { packId, source: { bytes: await backend.read(packName(packId)) } }
  } catch (error) {
    if (error instanceof VarveError && error.code === 'missing') return undefined
    throw error
  }
}
