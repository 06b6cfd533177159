import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomLike } from './make-big-file.mjs'

/**
 * One directory with `count` files: every second one is empty, the others hold up to 256 bytes.
 * @param {string} folder
 * @param {number} count
 */
export const makeManyFiles = (folder, count) => {
  mkdirSync(folder)
  const bytes = randomLike('many files', 64 * 1024)
  for (let index = 0; index < count; index++) {
    const length = index % 2 === 0 ? 0 : 1 + (index % 256)
    const start = (index * 97) % (bytes.length - 256)
    const content =
      length === 0 ? '' : Buffer.concat([Buffer.from(`${index} `), bytes.subarray(start, start + length)])
    writeFileSync(join(folder, `${index.toString(36).padStart(6, '0')}-file.dat`), content)
  }
}
