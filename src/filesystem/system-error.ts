import { getSystemErrorMap } from 'node:util'
import { type ByteString, textOf } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'

/** The error of a native call in the shape and the words of Node's own: `code`, `errno` and `syscall` are set. */
export const systemError = (
  call: string,
  errno: number,
  path: ByteString | undefined,
): NodeJS.ErrnoException => {
  const [code, meaning] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'unknown error']
  const place = path === undefined ? '' : ` '${textOf(path)}'`
  const error: NodeJS.ErrnoException = new Error(`${code}: ${meaning}, ${call}${place}`)
  return Object.assign(error, { code, errno: -errno, syscall: call })
}

/** The errno name of an error of the file system, '' for any other error. */
export const errorCodeOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return typeof code === 'string' ? code : ''
}

/** What went wrong in words, without the call and the path that the system saw: "permission denied". */
export const meaningOf = (error: unknown): string => {
  const { errno, message } = error as NodeJS.ErrnoException
  return (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? message
}

/** The error of a path that a person named: what is not there did not vanish, nobody ever saw it. */
export const notFoundWhereNamed = (error: unknown): unknown =>
  errorCodeOf(error) === 'ENOENT'
    ? new VarveError('not-found', 'there is no such file or directory', { cause: error })
    : error

/**
 * Runs a call that writes below a restore target.
 * @throws VarveError 'no-space' or 'read-only' where the file system says so; other errors pass as they are.
 */
export const writing = <Result>(path: ByteString, call: () => Result): Result => {
  try {
    return call()
  } catch (error) {
    throw writeError(path, error)
  }
}

/** What `writing` throws for an error. */
export const writeError = (path: ByteString, error: unknown): unknown => {
  const code = errorCodeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new VarveError('no-space', `${textOf(path)}: no space left on the file system`, {
      hint:
        code === 'EDQUOT'
          ? 'Free some of the quota and run the command again.'
          : 'Free some space and run the command again.',
      cause: error,
    })
  if (code === 'EROFS')
    return new VarveError('read-only', `${textOf(path)}: the file system is mounted read-only`, {
      cause: error,
    })
  return error
}
