import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { RandomSource } from '../../crypto/random-source.js'
import { foldersIn, nameBeforeAside, removeTree, treeUse } from '../../filesystem/tree-removal.js'

/** What the cache keeps for one repository. */
export interface CacheEntry {
  readonly repositoryId: string
  readonly bytes: number
  /** Milliseconds since 1970 of its last change. */
  readonly lastUsedMs: number
}

export interface CacheSummary {
  readonly directory: string
  readonly bytes: number
  /** The one used last first. */
  readonly entries: readonly CacheEntry[]
}

/** Only folders of this form are the cache's, so that a wrong directory loses nothing. */
const isRepositoryFolder = (name: string): boolean => /^[0-9a-f]{32}$/.test(name)
/** What a clearing that was cut short left. */
const isLeftover = (name: string): boolean => isRepositoryFolder(nameBeforeAside(name) ?? '')

/** A directory that does not exist is empty. Errors: the file system's own. */
export const cacheSummary = async (directory: string): Promise<CacheSummary> => {
  const entries: CacheEntry[] = []
  for (const name of (await foldersIn(directory)).filter(isRepositoryFolder)) {
    const { bytes, lastChangedMs } = await treeUse(join(directory, name))
    entries.push({ repositoryId: name, bytes, lastUsedMs: lastChangedMs })
  }
  entries.sort((a, b) => b.lastUsedMs - a.lastUsedMs)
  return { directory, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0), entries }
}

/**
 * Removes what the cache holds, of one repository or of all. A process that uses it meanwhile goes on with the files that it
 * has open, and finds what is missing anew. Errors: the file system's own.
 */
export const clearCache = async (
  directory: string,
  repositoryId?: string,
  random: RandomSource = randomBytes,
): Promise<{ bytesFreed: number }> => {
  let bytesFreed = 0
  for (const name of await foldersIn(directory)) {
    const isMeant = repositoryId === undefined ? isRepositoryFolder(name) : name === repositoryId
    if (!isMeant && !isLeftover(name)) continue
    const path = join(directory, name)
    bytesFreed += (await treeUse(path)).bytes
    await removeTree(path, random)
  }
  return { bytesFreed }
}
