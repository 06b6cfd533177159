import { type ErrorCode, VarveError } from '../index.js'

export interface ErrorDescription {
  readonly code: ErrorCode | 'internal' | 'usage'
  readonly message: string
  readonly hint?: string
}

/** Turns whatever was thrown into what a person is told: the thing, and the next step. Never a stack trace. */
export const describeError = (error: unknown): ErrorDescription => {
  if (error instanceof VarveError) {
    const hint = error.hint ?? usualHints[error.code]
    return { code: error.code, message: error.message, ...(hint === undefined ? {} : { hint }) }
  }
  if (!(error instanceof Error)) return internal(String(error))
  if (error.name === 'AbortError') return { code: 'interrupted', message: 'interrupted' }
  if (isCommanderError(error)) return usage(error)
  if (isSystemError(error)) return fromSystem(error)
  return internal(error.message)
}

/** The next step where the error itself names none. */
const usualHints: Readonly<Partial<Record<ErrorCode, string>>> = {
  'invalid-argument': '`varve COMMAND --help` says what each flag takes.',
  'invalid-config': '`varve COMMAND --help` lists the flags, whose long names are the keys.',
  corrupt: '`varve check` names all that is damaged, and what mends it.',
  missing: '`varve check` names all that is missing, and what mends it.',
  backend: 'Check the disk and the permissions, then run the same command again.',
  'read-only': 'Mount it writable, or name another place.',
  source: 'Check the path, then run the same command again.',
}

interface CodedError extends Error {
  readonly code: string
}

const isCommanderError = (error: Error): error is CodedError =>
  'code' in error && typeof error.code === 'string' && error.code.startsWith('commander.')

const isSystemError = (error: Error): error is CodedError =>
  'code' in error && typeof error.code === 'string' && 'syscall' in error

/** Commander puts its suggestion into a second line: "(Did you mean --force?)". */
const usage = (error: Error): ErrorDescription => {
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  return {
    code: 'usage',
    message: first,
    hint:
      suggestion?.replace(/^\((.*)\)$/, '$1') ??
      '`varve help` lists the commands, `varve COMMAND --help` the flags of one.',
  }
}

const fromSystem = (error: CodedError): ErrorDescription => {
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return {
      code: 'no-space',
      message: error.message,
      hint: 'Free some space and run the same command again.',
    }
  }
  const code = error.code === 'EROFS' ? 'read-only' : 'backend'
  return { code, message: error.message, hint: usualHints[code]! }
}

const internal = (message: string): ErrorDescription => ({
  code: 'internal',
  message: `a mistake in varve itself: ${message}`,
  hint: 'Set VARVE_DEBUG=1 to see where, and please report it.',
})
