import { createRequire, syncBuiltinESMExports } from 'node:module'
import { useInlineThreads } from './inline-threads.mjs'

const require = createRequire(import.meta.url)
const crypto = require('node:crypto')

let randomBytes = crypto.randomBytes

/** From now on this process has no threads and no real randomness: what happens follows from what it is told. */
export const seedProcess = () => {
  useInlineThreads()
  crypto.randomBytes = (sizeBytes) => randomBytes(sizeBytes)
  syncBuiltinESMExports()
}

export const drawBytesFrom = (random) => {
  randomBytes = (sizeBytes) => random.bytes(sizeBytes)
}
