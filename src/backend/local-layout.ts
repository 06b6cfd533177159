import { join } from 'node:path'
import { isFolderName, isObjectBase, type ObjectName, packFolder } from './object-name.js'

/**
 * Where objects lie in a local repository:
 *
 *   <root>/config                     an object without a folder
 *   <root>/snapshots/<base>           an object of a folder
 *   <root>/packs/<2 hex>/<64 hex>     packs, under 256 prefixes
 *   <root>/<folder>/.tmp-<hex>…       a temporary: in the folder whose object it is to become, with its owner's mark
 *
 * A temporary lies in the folder itself, not in one place for all, because an administrator may have put a folder on
 * another file system by a symbolic link, and a file cannot be renamed from one to the other.
 */
export interface ObjectPlace {
  /** The folder that a temporary of this object is made in. */
  readonly stagingFolder: string
  /** The folder that holds the object. */
  readonly folder: string
  readonly path: string
}

export const objectPlace = (root: string, { folder, base }: ObjectName): ObjectPlace => {
  const stagingFolder = folder === undefined ? root : join(root, folder)
  const holder = folder === packFolder ? join(stagingFolder, base.slice(0, 2)) : stagingFolder
  return { stagingFolder, folder: holder, path: join(holder, base) }
}

const prefix = /^[0-9a-f]{2}$/

export const isPackPrefix = (entry: string): boolean => prefix.test(entry)

/** Whether `entry`, found in the folder on disk that `subfolder` names, is where `objectPlace` would put it. */
export const isObjectEntry = (folder: string, subfolder: string | undefined, entry: string): boolean =>
  isObjectBase(folder, entry) &&
  (folder === packFolder ? subfolder === entry.slice(0, 2) : subfolder === undefined)

export const isFolderEntry = (entry: string): boolean => isFolderName(entry)

const temporary = /^\.tmp-[0-9a-f]+(?:-[0-9a-f]{16}-[1-9]\d{0,9})?$/

export const temporaryBase = (randomBytes: Uint8Array): string =>
  `.tmp-${Buffer.from(randomBytes).toString('hex')}`

export const isTemporary = (entry: string): boolean => temporary.test(entry)
