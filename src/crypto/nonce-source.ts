import { randomFillSync } from 'node:crypto'

const poolSizeBytes = 3072
const pool = Buffer.alloc(poolSizeBytes)
let usedBytes = poolSizeBytes

/**
 * Random bytes for one message's nonce, each given out once. One call of the generator costs 2.5 µs whatever it fills,
 * a good part of what sealing a small object costs, so it fills many nonces at a time. Each thread has a pool of its own.
 */
export function freshNonce(sizeBytes: number): Buffer {
  if (usedBytes + sizeBytes > poolSizeBytes) {
    randomFillSync(pool)
    usedBytes = 0
  }
  usedBytes += sizeBytes
  return pool.subarray(usedBytes - sizeBytes, usedBytes)
}
