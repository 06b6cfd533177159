import { readdirSync, rmSync } from 'node:fs'
import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCodeOf } from './system-error.js'

export interface TreeUse {
  /** Bytes of all files below. */
  readonly bytes: number
  /** The newest change of anything below, milliseconds since 1970; 0 where there is nothing. */
  readonly lastChangedMs: number
}

/** Names of the folders directly in a folder; symbolic links are none. A folder that does not exist has none. */
export const foldersIn = async (path: string): Promise<string[]> => {
  const entries = await unlessGone(readdir(path, { withFileTypes: true }), [])
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

/** Adds up what is below a path; symbolic links are not followed. What vanishes meanwhile does not count. */
export const treeUse = async (path: string): Promise<TreeUse> => {
  const stats = await unlessGone(lstat(path), undefined)
  if (stats === undefined) return { bytes: 0, lastChangedMs: 0 }
  if (!stats.isDirectory()) return { bytes: stats.size, lastChangedMs: stats.mtimeMs }
  let bytes = 0
  let lastChangedMs = stats.mtimeMs
  for (const name of await unlessGone(readdir(path), [])) {
    const below = await treeUse(join(path, name))
    bytes += below.bytes
    lastChangedMs = Math.max(lastChangedMs, below.lastChangedMs)
  }
  return { bytes, lastChangedMs }
}

/** Of the names that `removeTree` gives. */
const asideForm = /\.removed-[0-9a-f]{12}$/

/** What the name was before `removeTree` set it aside; undefined for any other name. */
export const nameBeforeAside = (name: string): string | undefined =>
  asideForm.test(name) ? name.replace(asideForm, '') : undefined

/**
 * Removes a path and all below it; symbolic links are removed, never followed. It is renamed first, so that it is gone
 * at once, and so that another process that writes there meanwhile cannot keep its folders from being removed. What was set
 * aside before, by a removal that was cut short, is not renamed again.
 */
export const removeTree = async (path: string, random: (sizeBytes: number) => Uint8Array): Promise<void> => {
  const aside = await setAside(path, random)
  if (aside !== undefined) await rm(aside, { recursive: true, force: true, maxRetries: 5 })
}

/** Where it is now; undefined where it was gone. */
const setAside = async (
  path: string,
  random: (sizeBytes: number) => Uint8Array,
): Promise<string | undefined> => {
  if (nameBeforeAside(path) !== undefined) return path
  const aside = `${path}.removed-${Buffer.from(random(6)).toString('hex')}`
  return unlessGone(
    rename(path, aside).then(() => aside),
    undefined,
  )
}

/** Finishes removals of a path that were cut short. What cannot be removed stays: only space is lost. */
export const finishRemovals = (path: string): void => {
  const parent = dirname(path)
  try {
    for (const name of readdirSync(parent))
      if (nameBeforeAside(name) === basename(path))
        rmSync(join(parent, name), { recursive: true, force: true })
  } catch {
    // The next command tries again.
  }
}

const unlessGone = async <T>(result: Promise<T>, otherwise: T): Promise<T> => {
  try {
    return await result
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT' || errorCodeOf(error) === 'ENOTDIR') return otherwise
    throw error
  }
}
