import { createHash } from 'node:crypto'
import { appendFileSync, closeSync, openSync, readSync, truncateSync, utimesSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const changeBytes = 64
/** One file in so many is changed. */
const oneIn = 100

/** @typedef {import('../machine/list-files.mjs').Listed} Listed */

/**
 * Changes every hundredth file that has content, in the order of names: the first gets 64 bytes more, the next 64 other
 * bytes in its middle, and so on. The same tree and seed give the same bytes.
 * @type {import('./data-set.mjs').Change}
 */
export const changeFiles = (folder, entries, seed) => {
  const candidates = entries.filter(({ stat }) => stat.isFile() && stat.nlink === 1 && stat.size > 0)
  const chosen = candidates.filter((_, index) => index % oneIn === oneIn >> 1)
  const undos = chosen.map(({ path, stat }, index) => {
    const bytes = createHash('sha512').update(`${seed}\0${path}`).digest().subarray(0, changeBytes)
    const file = join(folder, path)
    const undo = index % 2 === 0 ? append(file, stat.size, bytes) : overwrite(file, stat.size, bytes)
    return () => {
      undo()
      utimesSync(file, stat.atimeMs / 1000, stat.mtimeMs / 1000)
    }
  })
  return () => {
    for (const undo of undos) undo()
  }
}

/**
 * @param {string} file
 * @param {number} sizeBytes
 * @param {Uint8Array} bytes
 */
const append = (file, sizeBytes, bytes) => {
  appendFileSync(file, bytes)
  return () => truncateSync(file, sizeBytes)
}

/**
 * @param {string} file
 * @param {number} sizeBytes
 * @param {Uint8Array} bytes
 */
const overwrite = (file, sizeBytes, bytes) => {
  const position = Math.floor(sizeBytes / 2)
  const length = Math.min(bytes.length, sizeBytes - position)
  const before = Buffer.alloc(length)
  writeAt(file, (fd) => {
    readSync(fd, before, 0, length, position)
    writeSync(fd, bytes, 0, length, position)
  })
  return () => writeAt(file, (fd) => writeSync(fd, before, 0, length, position))
}

/**
 * @param {string} file
 * @param {(fd: number) => void} action
 */
const writeAt = (file, action) => {
  const fd = openSync(file, 'r+')
  try {
    action(fd)
  } finally {
    closeSync(fd)
  }
}
