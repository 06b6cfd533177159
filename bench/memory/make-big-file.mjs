import { createCipheriv, createHash } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'

const stretchBytes = 16 * 1024 * 1024
/** What follows each other, as in the image of a half-empty disk. */
const pattern = /** @type {const} */ (['text', 'hole', 'random', 'hole', 'random', 'text', 'hole', 'islands'])
const islandEveryBytes = 1024 * 1024
const islandBytes = 4096

/**
 * Writes a sparse file of holes, text, random bytes, and random islands in holes. Size and position decide every byte.
 * @param {string} path
 * @param {number} sizeBytes
 */
export const makeBigFile = (path, sizeBytes) => {
  const fd = openSync(path, 'wx')
  try {
    ftruncateSync(fd, sizeBytes)
    for (let at = 0, index = 0; at < sizeBytes; at += stretchBytes, index++) {
      const kind = pattern[index % pattern.length]
      const length = Math.min(stretchBytes, sizeBytes - at)
      if (kind === 'random') writeSync(fd, randomLike(index, length), 0, length, at)
      if (kind === 'text') writeSync(fd, textLike(index, length), 0, length, at)
      if (kind === 'islands') writeIslands(fd, index, at, length)
    }
  } finally {
    closeSync(fd)
  }
}

/** @type {(fd: number, seed: number, at: number, length: number) => void} */
const writeIslands = (fd, seed, at, length) => {
  const bytes = randomLike(seed, length)
  for (let offset = 0; offset + islandBytes <= length; offset += islandEveryBytes)
    writeSync(fd, bytes, offset, islandBytes, at + offset)
}

/**
 * A counter in AES-CTR: nothing compresses it, and it is the same everywhere.
 * @param {number | string} seed
 * @param {number} length
 */
export const randomLike = (seed, length) => {
  const key = createHash('sha256').update(`varve bench ${seed}`).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

const words = Array.from({ length: 4096 }, (_, index) => {
  const digest = createHash('sha256').update(`word ${index}`).digest('hex').replaceAll(/\d/g, '')
  return Buffer.from(`${digest.slice(0, 2 + (index % 7))}${index % 11 === 0 ? '\n' : ' '}`, 'latin1')
})

/**
 * Words in an order drawn by chance: zstd makes about a third of it.
 * @param {number} seed
 * @param {number} length
 */
export const textLike = (seed, length) => {
  const text = Buffer.alloc(length + 16)
  const choices = randomLike(seed, length)
  for (let at = 0, next = 0; at < length; next += 2) {
    const word = words[choices.readUInt16LE(next) % words.length]
    text.set(word, at)
    at += word.length
  }
  return text.subarray(0, length)
}
