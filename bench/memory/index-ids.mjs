import { createCipheriv, createHash } from 'node:crypto'

/**
 * `count` ids of 32 bytes, one after the other: uniform as chunk ids are, and the same for the same stream.
 * @param {string} stream
 * @param {number} count
 */
export const idsOf = (stream, count) => {
  const key = createHash('sha256').update(stream).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(count * 32))
}

/** The index is made of so many runs of equal size, then merged. */
export const batches = 20

/** @param {number} batch */
export const streamOf = (batch) => `batch ${batch}`
