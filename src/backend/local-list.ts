import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ListedObject } from './backend.js'
import { tolerating } from './file-system-error.js'
import { isFolderEntry, isObjectEntry, isPackPrefix } from './local-layout.js'
import { packFolder } from './object-name.js'

/** Enough to keep the pool of system calls busy; more would only queue. */
const statsAtOnceMax = 32

/** The objects of one folder. Rejects with the raw system error. */
export async function* listObjects(root: string, folder: string): AsyncGenerator<ListedObject> {
  if (folder !== packFolder) {
    yield* listSubfolder(root, folder, undefined)
    return
  }
  for (const subfolder of await entriesOf(root, join(root, folder))) {
    if (isPackPrefix(subfolder)) yield* listSubfolder(root, folder, subfolder)
  }
}

async function* listSubfolder(
  root: string,
  folder: string,
  subfolder: string | undefined,
): AsyncGenerator<ListedObject> {
  const path = join(root, folder, subfolder ?? '')
  const bases = (await entriesOf(root, path)).filter((entry) => isObjectEntry(folder, subfolder, entry))
  for (let start = 0; start < bases.length; start += statsAtOnceMax) {
    const some = bases.slice(start, start + statsAtOnceMax)
    const listed = await Promise.all(some.map((base) => listOne(join(path, base), `${folder}/${base}`)))
    for (const object of listed) if (object !== undefined) yield object
  }
}

const listOne = async (path: string, name: string): Promise<ListedObject | undefined> => {
  const stats = await tolerating<Stats | undefined>(['ENOENT'], lstat(path), undefined)
  if (!stats?.isFile()) return undefined
  return { name, sizeBytes: stats.size, modifiedMs: stats.mtimeMs }
}

/** The folders at the top, symbolic links to folders among them. Rejects with the raw system error. */
export const listFoldersOf = async (root: string): Promise<string[]> => {
  const entries = await readdir(root, { withFileTypes: true })
  const folders = await Promise.all(
    entries.map(async (entry) => ((await isFolder(root, entry)) ? entry.name : undefined)),
  )
  return folders.filter((folder) => folder !== undefined).sort()
}

const isFolder = async (root: string, entry: Dirent): Promise<boolean> => {
  if (!isFolderEntry(entry.name)) return false
  if (entry.isDirectory()) return true
  if (!entry.isSymbolicLink() && entry.isFile()) return false
  return (await stat(join(root, entry.name))).isDirectory()
}

/**
 * A folder that was never made is empty. A root that has gone, or a symbolic link that leads nowhere, is an error: a
 * disk is not mounted, and to take it for empty would be to take its objects for lost.
 */
const entriesOf = async (root: string, path: string): Promise<string[]> => {
  const entries = await tolerating(['ENOENT'], readdir(path), undefined)
  if (entries !== undefined) return entries
  await lstat(join(root, '.'))
  const isThere = await tolerating(
    ['ENOENT'],
    lstat(path).then(() => true),
    false,
  )
  return isThere ? readdir(path) : []
}
