import { BackendError, CorruptError, VarveError } from '../errors.js'

/** The errno name of a failed system call, or undefined for any other error. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** Runs one file-system step; the listed errno names mean `otherwise` instead of failure. */
export const tolerating = async <T>(
  errnos: readonly string[],
  step: Promise<T>,
  otherwise: T,
): Promise<T> => {
  try {
    return await step
  } catch (error) {
    if (errnos.includes(errnoOf(error) ?? '')) return otherwise
    throw error
  }
}

const noSpace = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const readOnly = new Set(['EROFS', 'EACCES', 'EPERM'])
const transient = new Set(['EAGAIN', 'EBUSY', 'EMFILE', 'ENFILE', 'ENOMEM', 'EINTR', 'ETIMEDOUT', 'ESTALE'])
const notAFile = new Set(['ELOOP', 'ENXIO', 'EISDIR', 'ENOTDIR'])

/** What a failed change of the storage means to a person. `place` is the repository's location. */
export const writeFailure = (error: unknown, what: string, place: string): VarveError => {
  if (error instanceof VarveError) return error
  const errno = errnoOf(error) ?? ''
  if (noSpace.has(errno)) {
    return new VarveError('no-space', `no space left in ${place} to write ${what} (${errno})`, {
      hint: hintOfNoSpace(errno),
      cause: error,
    })
  }
  if (readOnly.has(errno)) {
    return new VarveError('read-only', `${place} cannot be written to: ${what} (${errno})`, {
      hint:
        errno === 'EROFS'
          ? 'The file system is mounted read-only: mount it for writing. Reading and restoring work as it is.'
          : 'This user may not write there: check the owner and the permissions of the folder.',
      cause: error,
    })
  }
  return otherFailure(error, `cannot write ${what} in ${place}`)
}

const hintOfNoSpace = (errno: string): string => {
  if (errno === 'EDQUOT') return 'The disk quota is used up: raise it, or prune the repository.'
  if (errno === 'EFBIG')
    return 'The file system or a limit of the process (ulimit -f) forbids files of this size.'
  return 'Free some space or inodes on that file system. What was stored before is intact.'
}

/** What a failed reading of the object `name` means. */
export const readFailure = (error: unknown, name: string, place: string): VarveError => {
  if (error instanceof VarveError) return error
  const errno = errnoOf(error) ?? ''
  if (errno === 'ENOENT')
    return new VarveError('missing', `${name} does not exist in ${place}`, { cause: error })
  if (notAFile.has(errno)) return new CorruptError(name, 'not a regular file', { cause: error })
  return otherFailure(error, `cannot read ${name} in ${place}`)
}

/** What a failed listing means; `what` is what was to be listed. A folder that is not there is `backend`, not `missing`. */
export const listFailure = (error: unknown, what: string, place: string): VarveError =>
  error instanceof VarveError ? error : otherFailure(error, `cannot list ${what} in ${place}`)

const otherFailure = (error: unknown, message: string): BackendError => {
  const errno = errnoOf(error)
  const denied = errno === 'EACCES' || errno === 'EPERM'
  return new BackendError(`${message}: ${errno ?? String(error)}`, transient.has(errno ?? ''), {
    ...(denied ? { hint: 'This user may not read it: check the owner and the permissions.' } : {}),
    cause: error,
  })
}
