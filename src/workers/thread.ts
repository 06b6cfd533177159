import { parentPort, workerData } from 'node:worker_threads'
import type { Core } from './core.js'
import { postedError } from './worker-error.js'

/** The entry of a worker thread: loads its core and answers jobs in the order in which they come. */
interface Start {
  readonly url: string
  readonly setup: unknown
  /** Which thread of its pool this is. */
  readonly index: number
}

const { url, setup, index } = workerData as Start
const port = parentPort!
const { openCore } = (await import(url)) as {
  openCore: (setup: unknown, index: number) => Core<unknown, unknown, unknown>
}
let core: Core<unknown, unknown, unknown> | undefined

port.on('message', ({ id, job }: { id: number; job: unknown }) => {
  try {
    core ??= openCore(setup, index)
    const result = core.run(job, (early) => port.postMessage({ id, early }))
    port.postMessage({ id, result })
  } catch (error) {
    port.postMessage({ id, error: postedError(error) })
  }
})
