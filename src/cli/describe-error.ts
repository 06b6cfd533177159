import { type ErrorCode, VarveError } from '../index.js'

export interface ErrorDescription {
  readonly code: ErrorCode | 'internal' | 'usage'
  readonly message: string
  readonly hint?: string
}

/** Turns whatever was thrown into what a person is told: the thing, and the next step. Never a stack trace. */
export const describeError = (error: unknown): ErrorDescription => {
  if (error instanceof VarveError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    }
  }
  if (!(error instanceof Error)) return internal(String(error))
  if (error.name === 'AbortError') return { code: 'interrupted', message: 'interrupted' }
  if (isCommanderError(error)) return usage(error)
  if (isSystemError(error)) return fromSystem(error)
  return internal(error.message)
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
  return { code: error.code === 'EROFS' ? 'read-only' : 'backend', message: error.message }
}

const internal = (message: string): ErrorDescription => ({
  code: 'internal',
  message: `a mistake in varve itself: ${message}`,
  hint: 'Set VARVE_DEBUG=1 to see where, and please report it.',
})
