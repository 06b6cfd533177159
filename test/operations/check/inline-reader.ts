import type { OpenPackReader } from '../../../src/operations/check/read-packs.js'
import { CheckCore } from '../../../src/workers/check-core.js'

/** Reads packs in the test's own thread, with what the threads run. */
export const inlineReader: OpenPackReader = (setup) => {
  const core = new CheckCore(setup)
  return {
    room: async () => {},
    run: async (job) => core.run(job),
    [Symbol.asyncDispose]: async () => core.close(),
  }
}
