import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'

/** `varve` in the user's cache directory (XDG Base Directory Specification). */
export const defaultCacheDirectory = (): string =>
  join(process.env.XDG_CACHE_HOME || join(os.homedir(), '.cache'), 'varve')

/** Those that are there now. A process that ends on its own decision may leave none behind. */
const temporary = new Set<string>()
const removeAll = (): void => temporary.forEach(removeTemporaryCache)

/** A private folder, there until it is removed or the process ends. */
export const temporaryCacheDirectory = (): string => {
  const path = fs.mkdtempSync(join(os.tmpdir(), 'varve-cache-'))
  if (temporary.size === 0) process.once('exit', removeAll)
  temporary.add(path)
  return path
}

/** Removes the folder where it is a temporary one; a cache that was named stays. */
export const removeTemporaryCache = (path: string): void => {
  if (!temporary.delete(path)) return
  if (temporary.size === 0) process.off('exit', removeAll)
  fs.rmSync(path, { recursive: true, force: true })
}
