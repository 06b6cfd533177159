import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { join } from 'node:path'
import { listFiles } from '../machine/list-files.mjs'
import { sameBytes } from './compare-trees.mjs'

/**
 * Makes `target` equal to `source` as `rsync -a --checksum --delete` does: what has the same content is not touched.
 * @param {string} source
 * @param {string} target
 */
export const mirrorTree = (source, target) => {
  mkdirSync(target, { recursive: true })
  const kept = new Set()
  for (const { path, stat } of listFiles(source)) {
    kept.add(path)
    mirrorOne(join(source, path), join(target, path), stat)
  }
  for (const { path } of [...listFiles(target)])
    if (!kept.has(path)) rmSync(join(target, path), { recursive: true, force: true })
}

/** @type {(from: string, to: string, stat: import('node:fs').Stats) => void} */
const mirrorOne = (from, to, stat) => {
  const there = lstatSync(to, { throwIfNoEntry: false })
  if (there !== undefined && isSame(from, to, stat, there)) return
  if (there !== undefined) rmSync(to, { recursive: true })
  if (stat.isDirectory()) mkdirSync(to)
  else if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else {
    copyFileSync(from, to)
    chmodSync(to, stat.mode)
    utimesSync(to, stat.atime, stat.mtime)
  }
}

/** @type {(from: string, to: string, stat: import('node:fs').Stats, there: import('node:fs').Stats) => boolean} */
const isSame = (from, to, stat, there) => {
  if (stat.isDirectory()) return there.isDirectory()
  if (stat.isSymbolicLink()) return there.isSymbolicLink() && readlinkSync(from) === readlinkSync(to)
  return there.isFile() && there.mode === stat.mode && there.size === stat.size && sameBytes(from, to)
}
