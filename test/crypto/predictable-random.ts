import { createHash } from 'node:crypto'
import type { RandomSource } from '../../src/crypto/random-source.js'

/** The bytes of SHAKE-128(seed), a stretch at a time: the same in every run, never twice the same in one. */
export function predictableRandom(seed: string): RandomSource {
  const stream = createHash('shake128', { outputLength: 4096 }).update(seed).digest()
  let at = 0
  return (sizeBytes) => {
    at += sizeBytes
    return stream.subarray(at - sizeBytes, at)
  }
}
