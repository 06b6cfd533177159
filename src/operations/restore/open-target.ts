import { type ByteString, textOf } from '../../bytes/byte-string.js'
import { VarveError } from '../../errors.js'
import type { Attributes } from '../../filesystem/attributes.js'
import { processOwner } from '../../filesystem/host.js'
import { SafeDirectory } from '../../filesystem/safe-directory.js'
import { fstatOf, statOf } from '../../filesystem/stat.js'
import { errorCodeOf, meaningOf } from '../../filesystem/system-error.js'
import { inodeKeyOf } from '../../filesystem/walk-filter.js'

export interface OpenedTarget {
  /** Undefined in a dry run where there is none. The caller closes it. */
  readonly directory: SafeDirectory | undefined
  /** Made now, or empty. */
  readonly isNew: boolean
  /**
   * Whether it may take the attributes of what is restored: it is new, or private as an interrupted restore leaves it.
   * A directory that somebody uses (`--target /tmp`) keeps its own.
   */
  readonly takesAttributes: boolean
}

/**
 * Opens the directory to restore to, and makes it where it is absent, mode 0700, with all above it.
 * Errors: `unsafe-target` where it is one of the protected directories or lies in one, `in-the-way` where it is no directory.
 */
export const openTarget = (
  path: ByteString,
  protectedInodes: ReadonlySet<string>,
  isDry: boolean,
): OpenedTarget => {
  const missing: ByteString[] = []
  let existing = trimmed(path)
  while (!exists(existing)) {
    const cut = existing.lastIndexOf('/')
    missing.unshift(existing.slice(cut + 1) as ByteString)
    existing = (cut < 0 ? '.' : cut === 0 ? '/' : trimmed(existing.slice(0, cut) as ByteString)) as ByteString
  }
  let directory = opened(existing)
  try {
    refuseProtected(path, directory, protectedInodes)
  } catch (error) {
    directory.close()
    throw error
  }
  if (missing.length === 0) {
    const isNew = directory.list().length === 0
    return { directory, isNew, takesAttributes: isNew || isPrivate(directory) }
  }
  for (const name of missing) {
    using above = directory
    if (isDry) return { directory: undefined, isNew: true, takesAttributes: true }
    directory = made(above, name, path)
  }
  return { directory, isNew: true, takesAttributes: true }
}

/** Its time is that of what is restored: a restore came to its end here, perhaps with problems, and is run again. */
export const isAsRestored = ({ directory }: OpenedTarget, { mtimeNs }: Attributes): boolean =>
  directory !== undefined && fstatOf(directory.fd).mtimeNs === mtimeNs

const isPrivate = ({ fd }: SafeDirectory): boolean => {
  const { mode, uid } = fstatOf(fd)
  return mode === 0o700 && uid === processOwner().uid
}

const trimmed = (path: ByteString): ByteString => (path.replace(/\/+$/, '') || '/') as ByteString

const exists = (path: ByteString): boolean => {
  try {
    statOf(path)
    return true
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false
    throw targetError(path, error)
  }
}

const opened = (path: ByteString): SafeDirectory => {
  try {
    return SafeDirectory.open(path)
  } catch (error) {
    throw targetError(path, error)
  }
}

const made = (above: SafeDirectory, name: ByteString, target: ByteString): SafeDirectory => {
  try {
    return above.openDirectory(name, { create: true })
  } catch (error) {
    if (error instanceof VarveError) throw error
    throw new VarveError('invalid-argument', `${textOf(target)} cannot be made: ${meaningOf(error)}`, {
      hint: 'Name another directory to restore to.',
      cause: error,
    })
  }
}

const targetError = (path: ByteString, error: unknown): unknown =>
  errorCodeOf(error) === 'ENOTDIR'
    ? new VarveError('in-the-way', `${textOf(path)} is no directory`, {
        hint: 'Name a directory, or one that does not exist yet.',
        cause: error,
      })
    : error

/** By inodes, up to the root: whatever links the path leads through. */
const refuseProtected = (
  path: ByteString,
  existing: SafeDirectory,
  protectedInodes: ReadonlySet<string>,
): void => {
  let at = existing.here
  for (let last = ''; ; ) {
    const key = inodeKeyOf(statOf(at))
    if (key === last) return
    if (protectedInodes.has(key))
      throw new VarveError('unsafe-target', `${textOf(path)} is in the repository or in its cache`, {
        hint: 'Restore to another directory.',
      })
    last = key
    at = `${at}/..` as ByteString
  }
}
