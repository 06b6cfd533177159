import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The path of a program in `folders`, then on PATH; undefined where there is none.
 * @param {string} name
 * @param {readonly string[]} [folders]
 * @returns {string | undefined}
 */
export const findProgram = (name, folders = []) =>
  [...folders, ...(process.env.PATH ?? '').split(delimiter)]
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram)

/** @param {string} path */
const isProgram = (path) => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
