import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'

/** `varve` in the user's cache directory (XDG Base Directory Specification). */
export const defaultCacheDirectory = (): string =>
  join(process.env.XDG_CACHE_HOME || join(os.homedir(), '.cache'), 'varve')

const temporary: string[] = []

/** A private folder that is removed when the process ends. */
export const temporaryCacheDirectory = (): string => {
  const path = fs.mkdtempSync(join(os.tmpdir(), 'varve-cache-'))
  if (temporary.length === 0) process.once('exit', () => temporary.forEach(removeQuietly))
  temporary.push(path)
  return path
}

const removeQuietly = (path: string): void => fs.rmSync(path, { recursive: true, force: true })
