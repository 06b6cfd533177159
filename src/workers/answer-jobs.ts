import { parentPort, workerData } from 'node:worker_threads'
import type { Core } from './core.js'
import { postedError } from './worker-error.js'

/** What a pool gives a thread to start with. */
interface Start<S> {
  readonly setup: S
  /** Which thread of its pool this is. */
  readonly index: number
}

/** All that a worker thread does: makes its core with the first job, and answers jobs in the order in which they come. */
export const answerJobs = <S, J, R, E>(openCore: (setup: S, index: number) => Core<J, R, E>): void => {
  const { setup, index } = workerData as Start<S>
  const port = parentPort!
  let core: Core<J, R, E> | undefined
  port.on('message', ({ id, job }: { id: number; job: J }) => {
    try {
      core ??= openCore(setup, index)
      const result = core.run(job, (early) => port.postMessage({ id, early }))
      port.postMessage({ id, result })
    } catch (error) {
      port.postMessage({ id, error: postedError(error) })
    }
  })
}
