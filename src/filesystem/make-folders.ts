import fs from 'node:fs'
import { dirname } from 'node:path'
import { errorCodeOf } from './system-error.js'

/**
 * Makes a folder for this user alone, and those above it that are missing; where the path is taken already, by whatever, nothing.
 * Node's own `recursive` never ends where mkdir(2) says ENOENT in a folder that is there, as /proc does.
 * @throws NodeJS.ErrnoException
 */
export const makeFolders = (path: string): void => {
  try {
    fs.mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const code = errorCodeOf(error)
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    makeFolders(dirname(path))
    makeLast(path)
  }
}

/** The folders above are there now, so that no error means that one of them is missing. */
const makeLast = (path: string): void => {
  try {
    fs.mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (errorCodeOf(error) !== 'EEXIST') throw error
  }
}
