import fs from 'node:fs'
import { VarveError } from '../errors.js'
import { meaningOf } from './system-error.js'

const sizeBytesMax = 16 * 1024 * 1024

/** A file of text that a user named; `what` says what it holds, "patterns". Errors: `invalid-argument`. */
export const readTextFile = (path: string, what: string): string => {
  try {
    if (fs.statSync(path).size > sizeBytesMax) throw new Error('it is larger than 16 MiB')
    return fs.readFileSync(path, 'utf8')
  } catch (cause) {
    throw new VarveError(
      'invalid-argument',
      `the file of ${what} ${path} cannot be read: ${meaningOf(cause)}`,
      {
        hint: 'Check the path.',
        cause,
      },
    )
  }
}

/** The directory that relative paths start from. */
export const currentDirectory = (): string => process.cwd()
