import fs from 'node:fs'
import { VarveError } from '../errors.js'

const sizeBytesMax = 16 * 1024 * 1024

/** A file of text that a user named, for example of exclude patterns. Errors: `invalid-argument`. */
export const readTextFile = (path: string): string => {
  try {
    const { size } = fs.statSync(path)
    if (size > sizeBytesMax) throw new Error(`${path} is larger than 16 MiB`)
    return fs.readFileSync(path, 'utf8')
  } catch (cause) {
    throw new VarveError('invalid-argument', `cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}

/** The directory that relative paths start from. */
export const currentDirectory = (): string => process.cwd()
