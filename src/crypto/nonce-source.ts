import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'

const poolSizeBytes = 3072
let pool = Buffer.alloc(0)
let usedBytes = 0

/**
 * Random bytes for one message's nonce, each given out once. One call of the generator costs some 3 µs whatever it
 * fills, a good part of what sealing a small object costs, so it fills many nonces at a time. Each thread has a pool of
 * its own. A pool is replaced, never filled again, so that a nonce that somebody keeps does not change.
 */
export function freshNonce(sizeBytes: number): Buffer {
  assert.ok(sizeBytes <= poolSizeBytes)
  if (usedBytes + sizeBytes > pool.byteLength) {
    pool = randomBytes(poolSizeBytes)
    usedBytes = 0
  }
  usedBytes += sizeBytes
  return pool.subarray(usedBytes - sizeBytes, usedBytes)
}
