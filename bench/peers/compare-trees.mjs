import { closeSync, openSync, readlinkSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles } from '../machine/list-files.mjs'

const bufferBytes = 1024 * 1024
const buffers = [Buffer.alloc(bufferBytes), Buffer.alloc(bufferBytes)]

/**
 * The first difference in names, types, permissions, link targets and content, told in words; undefined if there is none.
 * @param {string} left
 * @param {string} right
 */
export const firstDifference = (left, right) => {
  const others = listFiles(right)
  for (const { path, stat } of listFiles(left)) {
    const other = others.next().value
    if (other === undefined || other.path !== path) return `${path} is not there`
    if (other.stat.mode !== stat.mode) return `${path} has another type or other permissions`
    if (!sameContent(join(left, path), join(right, path), stat, other.stat))
      return `${path} has other content`
  }
  const extra = others.next().value
  return extra === undefined ? undefined : `${extra.path} is there and should not be`
}

/** @type {(left: string, right: string, stat: import('node:fs').Stats, other: import('node:fs').Stats) => boolean} */
const sameContent = (left, right, stat, other) => {
  if (stat.isSymbolicLink()) return readlinkSync(left) === readlinkSync(right)
  if (!stat.isFile()) return true
  return stat.size === other.size && (stat.size === 0 || sameBytes(left, right))
}

/**
 * @param {string} left
 * @param {string} right
 */
export const sameBytes = (left, right) => {
  const fds = [openSync(left, 'r'), openSync(right, 'r')]
  try {
    for (;;) {
      const [a, b] = fds.map((fd, side) => buffers[side].subarray(0, readSync(fd, buffers[side])))
      if (!a.equals(b)) return false
      if (a.length === 0) return true
    }
  } finally {
    fds.forEach(closeSync)
  }
}
