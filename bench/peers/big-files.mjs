import { closeSync, mkdirSync, openSync, readSync, statSync, utimesSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { makeBigFile, randomLike, textLike } from '../memory/make-big-file.mjs'

/** @typedef {import('./data-set.mjs').DataSet} DataSet */

const stretchBytes = 16e6

/**
 * What nothing compresses beside what compresses well.
 * @returns {DataSet}
 */
export const bigFiles = () => ({
  label: 'two big files, random bytes and words',
  sizeBytes: 2e9,
  copyTo: (folder) => {
    mkdirSync(folder)
    writeStretches(join(folder, 'random'), 1.5e9, randomLike)
    writeStretches(join(folder, 'words'), 0.5e9, textLike)
  },
  changed: '64 bytes in 8 places of each changed',
  change: (folder) => changeInPlaces(folder, ['random', 'words'], 8, 64),
})

/**
 * The image of a half-empty disk, with holes, that was worked with.
 * @returns {DataSet}
 */
export const diskImage = () => ({
  label: 'a disk image of 10 GB, half of it holes',
  sizeBytes: 10e9,
  copyTo: (folder) => {
    mkdirSync(folder)
    makeBigFile(join(folder, 'image'), 10e9)
  },
  changed: '4 KiB in 200 places changed',
  change: (folder) => changeInPlaces(folder, ['image'], 200, 4096),
})

/**
 * @param {string} path
 * @param {number} sizeBytes
 * @param {(seed: number, length: number) => Uint8Array} make
 */
const writeStretches = (path, sizeBytes, make) => {
  const fd = openSync(path, 'wx')
  for (let at = 0, seed = 0; at < sizeBytes; at += stretchBytes, seed++)
    writeSync(fd, make(seed, Math.min(stretchBytes, sizeBytes - at)))
  closeSync(fd)
}

/** @type {(folder: string, names: readonly string[], places: number, length: number) => () => void} */
const changeInPlaces = (folder, names, places, length) => {
  const undos = names.map((name) => changeFile(join(folder, name), places, length))
  return () => {
    for (const undo of undos) undo()
  }
}

/** @type {(path: string, places: number, length: number) => () => void} */
const changeFile = (path, places, length) => {
  const { size, atimeMs, mtimeMs } = statSync(path)
  const positions = Array.from({ length: places }, (_, index) => Math.floor(((index + 0.5) / places) * size))
  const fd = openSync(path, 'r+')
  const before = positions.map((position) => {
    const bytes = Buffer.alloc(length)
    readSync(fd, bytes, 0, length, position)
    writeSync(fd, randomLike(`place ${position}`, length), 0, length, position)
    return bytes
  })
  closeSync(fd)
  return () => {
    const again = openSync(path, 'r+')
    for (const [index, position] of positions.entries()) writeSync(again, before[index], 0, length, position)
    closeSync(again)
    utimesSync(path, atimeMs / 1000, mtimeMs / 1000)
  }
}
