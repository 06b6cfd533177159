import { lstat, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { tolerating } from './file-system-error.js'
import { isPackPrefix, isTemporary } from './local-layout.js'
import { listFoldersOf } from './local-list.js'
import { packFolder } from './object-name.js'
import { isOwnerGone } from './temporary-owner.js'

export interface Abandonment {
  readonly olderThanMs: number
  readonly nowMs: number
  /** Temporaries that are in use here, whatever their age. */
  readonly isInUse: (path: string) => boolean
}

/**
 * Removes temporaries that nobody has changed for long, and those whose process is gone for certain. Returns how many. Rejects
 * with the raw system error.
 */
export const clearTemporaries = async (root: string, abandonment: Abandonment): Promise<number> => {
  let count = 0
  for (const folder of await foldersOfTemporaries(root)) {
    for (const entry of await tolerating(['ENOENT', 'ENOTDIR'], readdir(folder), [])) {
      const path = join(folder, entry)
      if (
        isTemporary(entry) &&
        !abandonment.isInUse(path) &&
        (await removeIfAbandoned(path, isOwnerGone(entry), abandonment))
      )
        count += 1
    }
  }
  return count
}

const foldersOfTemporaries = async (root: string): Promise<string[]> => {
  const folders = (await listFoldersOf(root)).map((folder) => join(root, folder))
  const prefixes = await tolerating(['ENOENT'], readdir(join(root, packFolder)), [])
  return [root, ...folders, ...prefixes.filter(isPackPrefix).map((prefix) => join(root, packFolder, prefix))]
}

const removeIfAbandoned = async (
  path: string,
  isOwnerGone: boolean,
  { olderThanMs, nowMs }: Abandonment,
): Promise<boolean> => {
  const stats = await tolerating(['ENOENT'], lstat(path), undefined)
  if (stats === undefined || !stats.isFile()) return false
  if (!isOwnerGone && nowMs - stats.mtimeMs < olderThanMs) return false
  return tolerating(
    ['ENOENT'],
    unlink(path).then(() => true),
    false,
  )
}
