import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** A file, or as much of a large one as is read at once. */
/** @typedef {{ path: string, offset: number, length: number, final: boolean }} Span */

/**
 * Groups files into batches that fit the arena. A span of a large file is a batch of its own: where the next one begins
 * is known only once it is cut.
 * @param {Iterable<import('../machine/list-files.mjs').Listed>} entries
 * @param {number} arenaBytes
 * @param {number} spanBytes
 * @returns {Generator<Span[], void, number>} is told how many bytes of a large file's span were consumed
 */
export function* batchesOf(entries, arenaBytes, spanBytes) {
  /** @type {Span[]} */
  let batch = []
  let filled = 0
  for (const { path, stat } of entries) {
    if (!stat.isFile() || stat.size === 0) continue
    if (stat.size > spanBytes) {
      yield* spansOf(path, stat.size, spanBytes)
      continue
    }
    if (filled + stat.size > arenaBytes) {
      yield batch
      batch = []
      filled = 0
    }
    batch.push({ path, offset: 0, length: stat.size, final: true })
    filled += stat.size
  }
  if (batch.length > 0) yield batch
}

/**
 * @param {string} path
 * @param {number} sizeBytes
 * @param {number} spanBytes
 * @returns {Generator<Span[], void, number>}
 */
function* spansOf(path, sizeBytes, spanBytes) {
  for (let offset = 0; offset < sizeBytes; ) {
    const length = Math.min(spanBytes, sizeBytes - offset)
    offset += yield [{ path, offset, length, final: offset + length === sizeBytes }]
  }
}

/**
 * Reads a batch into memory, one span after the other.
 * @param {string} folder
 * @param {readonly Span[]} batch
 * @param {Uint8Array} memory
 * @param {number} address
 */
export const readBatch = (folder, batch, memory, address) => {
  let at = address
  for (const { path, offset, length } of batch) {
    const fd = openSync(join(folder, path), 'r')
    try {
      for (let done = 0; done < length; ) {
        const got = readSync(fd, memory, at + done, length - done, offset + done)
        if (got === 0) throw new Error(`${path} became shorter`)
        done += got
      }
    } finally {
      closeSync(fd)
    }
    at += length
  }
}
