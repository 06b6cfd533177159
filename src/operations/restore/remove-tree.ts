import type { ByteString } from '../../bytes/byte-string.js'
import type { SafeDirectory } from '../../filesystem/safe-directory.js'
import type { Stat } from '../../filesystem/stat.js'

export interface Removal {
  /** Everything stays; what would go is told. */
  readonly isDry: boolean
  /** Directories that must stay, whatever they are in; who is asked tells of it. */
  readonly isProtected: (found: Stat, path: ByteString) => boolean
  readonly onRemoved: (path: ByteString, found: Stat) => void
  readonly onFailure: (path: ByteString, error: unknown) => void
}

/** Removes an entry with everything below it, through open directories; says whether all of it is gone. */
export const removeTree = (
  directory: SafeDirectory,
  name: ByteString,
  path: ByteString,
  removal: Removal,
): boolean => {
  try {
    const found = directory.lstat(name)
    if (found === undefined) return true
    if (removal.isProtected(found, path)) return false
    if (found.type === 'directory') {
      if (!emptied(directory, name, path, removal)) return false
      if (!removal.isDry) directory.removeDirectory(name)
    } else if (!removal.isDry) directory.unlink(name)
    removal.onRemoved(path, found)
    return true
  } catch (error) {
    removal.onFailure(path, error)
    return false
  }
}

const emptied = (directory: SafeDirectory, name: ByteString, path: ByteString, removal: Removal): boolean => {
  using below = directory.openDirectory(name, { create: false })
  let isEmpty = true
  for (const child of below.list())
    if (!removeTree(below, child, `${path}/${child}` as ByteString, removal)) isEmpty = false
  return isEmpty
}
