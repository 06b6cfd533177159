import { BackendError, CorruptError, type ErrorCode, VarveError } from '../errors.js'

/** An error as plain data, since structured clone keeps neither class nor code. */
export interface PostedError {
  readonly code: ErrorCode | undefined
  readonly message: string
  readonly hint: string | undefined
  readonly object: string | undefined
  readonly transient: boolean | undefined
  readonly stack: string | undefined
}

export const postedError = (error: unknown): PostedError => {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const { code, hint } = error instanceof VarveError ? error : { code: undefined, hint: undefined }
  const object = error instanceof CorruptError ? error.object : undefined
  const transient = error instanceof BackendError ? error.transient : undefined
  return { code, message, hint, object, transient, stack }
}

/** The error as it was in the thread. What is no VarveError is a bug, and keeps the stack of where it happened. */
export const errorOfPosted = (posted: PostedError): Error => {
  const { code, message, hint, object, transient } = posted
  const details = hint === undefined ? {} : { hint }
  if (object !== undefined) return new CorruptError(object, message.slice(object.length + 2), details)
  if (transient !== undefined) return new BackendError(message, transient, details)
  if (code !== undefined) return new VarveError(code, message, details)
  return Object.assign(new Error(message), { stack: posted.stack })
}
