import { chmod, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { VarveError } from '../errors.js'
import { DirectorySync } from './directory-sync.js'
import { readFailure, tolerating, writeFailure } from './file-system-error.js'
import { cannotChmod, folderMode } from './folder-keeper.js'
import { LocalBackend } from './local-backend.js'
import { makeFolders } from './make-folders.js'

export interface OpenOptions {
  /** Names for temporaries; at least 12 unpredictable bytes at a time. */
  readonly randomBytes: (sizeBytes: number) => Uint8Array
  /** Make the folder, and those above it, if it does not exist. */
  readonly create?: boolean
}

/**
 * Opens a folder of this machine, given by its path. Without `create` nothing is written, so a read-only file system
 * will do. Errors: `no-repository` if there is no such folder, `read-only`, `no-space`, `backend`.
 */
export const openLocalBackend = async (path: string, options: OpenOptions): Promise<LocalBackend> => {
  const root = resolve(path)
  if (options.create === true) await makeRoot(root)
  await assertFolder(root)
  return new LocalBackend(root, options.randomBytes)
}

const assertFolder = async (root: string): Promise<void> => {
  const stats = await tolerating(['ENOENT', 'ENOTDIR'], stat(root), undefined).catch((error) => {
    throw readFailure(error, 'the folder', root)
  })
  if (stats?.isDirectory()) return
  throw new VarveError(
    'no-repository',
    `${root} ${stats === undefined ? 'does not exist' : 'is not a folder'}`,
    {
      hint: 'Check the path, and whether the disk is mounted. A new repository is made by init.',
    },
  )
}

const makeRoot = async (root: string): Promise<void> => {
  try {
    const firstMade = await makeFolders(root, folderMode)
    if (firstMade === undefined) return
    await tolerating(cannotChmod, chmod(root, folderMode), undefined)
    await syncChain(dirname(firstMade), root)
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? error.code : undefined
    if (errno === 'EEXIST' || errno === 'ENOTDIR') return
    throw writeFailure(error, 'the new folder', root)
  }
}

/** Makes the new folders durable. The topmost parent may be one that we may write to but not open: its own affair. */
const syncChain = async (top: string, root: string): Promise<void> => {
  const directories = new DirectorySync()
  for (let folder = dirname(root); ; folder = dirname(folder)) {
    await tolerating(folder === top ? ['EACCES'] : [], directories.sync(folder), undefined)
    if (folder === top) return
  }
}
