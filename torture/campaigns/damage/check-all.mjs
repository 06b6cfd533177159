import { load } from '../../../bench/machine/dist.mjs'

const { check } = await load('operations/check/check.js')
const { CheckCore } = await load('workers/check-core.js')

/** Reads packs in the calling thread. */
const inlineReader = (setup) => {
  const core = new CheckCore(setup)
  return {
    room: async () => {},
    run: async (job) => core.run(job),
    [Symbol.asyncDispose]: async () => core.close(),
  }
}

export const checkAll = (store) => check(store, { readData: true }, inlineReader)
