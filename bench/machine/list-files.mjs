import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {{ path: string, stat: import('node:fs').Stats }} Listed `path` is below the folder, without a slash before */

/**
 * All entries below a folder in the order of their names, a directory before what is in it. Links are not followed.
 * @param {string} folder
 * @param {string} [below]
 * @returns {Generator<Listed, void, undefined>}
 */
export function* listFiles(folder, below = '') {
  for (const name of readdirSync(join(folder, below)).sort()) {
    const path = below === '' ? name : `${below}/${name}`
    const stat = lstatSync(join(folder, path))
    yield { path, stat }
    if (stat.isDirectory()) yield* listFiles(folder, path)
  }
}

/**
 * The sum of file sizes, as `du --apparent-size` counts files without directories.
 * @param {string} folder
 */
export const folderSize = (folder) => {
  let files = 0
  let bytes = 0
  for (const { stat } of listFiles(folder)) {
    if (!stat.isFile()) continue
    files++
    bytes += stat.size
  }
  return { files, bytes }
}
