import { createRequire, syncBuiltinESMExports } from 'node:module'
import { useInlineThreads } from './inline-threads.mjs'

const require = createRequire(import.meta.url)
const crypto = require('node:crypto')

let randomBytes = crypto.randomBytes

/** OpenSSL takes a millisecond to read a key, and the keys of a world are read at each opening: one object for each. */
const keepPrivateKeys = () => {
  const { createPrivateKey } = crypto
  const known = new Map()
  crypto.createPrivateKey = (input) => {
    const name = input.key.toString('latin1')
    if (!known.has(name)) known.set(name, createPrivateKey(input))
    return known.get(name)
  }
}

/** From now on this process has no threads and no real randomness: what happens follows from what it is told. */
export const seedProcess = () => {
  useInlineThreads()
  crypto.randomBytes = (sizeBytes) => randomBytes(sizeBytes)
  keepPrivateKeys()
  syncBuiltinESMExports()
}

export const drawBytesFrom = (random) => {
  randomBytes = (sizeBytes) => random.bytes(sizeBytes)
}
