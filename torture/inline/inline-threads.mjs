import { EventEmitter } from 'node:events'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { load } from '../../bench/machine/dist.mjs'

const { postedError } = await load('workers/worker-error.js')
const require = createRequire(import.meta.url)

/** What a thread of the pool does (workers/answer-jobs.ts), in the thread that asks: one job after the other, each in a turn of its own. */
class InlineWorker extends EventEmitter {
  #coreUrl
  #data
  #core
  #ended = false
  #last = Promise.resolve()

  constructor(url, { workerData }) {
    super()
    this.#coreUrl = url.href.replace(/-thread\.js$/, '-core.js')
    this.#data = workerData
  }

  postMessage(message) {
    const { id, job } = structuredClone(message)
    this.#last = this.#last.then(() => this.#run(id, job))
  }

  async terminate() {
    this.#ended = true
    this.#core?.close()
    return 0
  }

  async #run(id, job) {
    const { setup, index } = this.#data
    const { openCore } = await import(this.#coreUrl)
    await new Promise((resolve) => setImmediate(resolve))
    if (this.#ended) return
    try {
      this.#core ??= openCore(setup, index)
      const result = this.#core.run(job, (early) => this.#answer({ id, early }))
      this.#answer({ id, result })
    } catch (error) {
      this.#answer({ id, error: postedError(error) })
    }
  }

  #answer(answer) {
    if (!this.#ended) this.emit('message', structuredClone(answer))
  }
}

/** From now on this process starts no threads. Called before anything of the product is loaded. */
export const useInlineThreads = () => {
  require('node:worker_threads').Worker = InlineWorker
  syncBuiltinESMExports()
}
