import { CorruptError, VarveError } from '../../errors.js'
import { errorCodeOf } from '../../filesystem/system-error.js'
import { reasonOf } from '../../workers/restore-file.js'

/** Why one file is not right. */
export interface Failure {
  readonly kind: 'data' | 'target'
  readonly message: string
}

/** Something of the repository cannot be had; the rest of the restore goes on. */
export const isUnreadable = (error: unknown): error is VarveError =>
  error instanceof CorruptError || (error instanceof VarveError && error.code === 'missing')

/** Of an error that concerns one file. Throws what ends the restore. */
export const failureOf = (error: unknown): Failure => {
  if (isUnreadable(error)) return { kind: 'data', message: error.message }
  const code = errorCodeOf(error)
  if (code === '' || code === code.toLowerCase()) throw error
  return { kind: 'target', message: reasonOf(error) }
}
