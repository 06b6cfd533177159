/**
 * Stable names of everything that can go wrong outside the program. Callers branch on the code, people read the message.
 * A mistake in the program itself is an assertion, never one of these.
 */
export type ErrorCode =
  | 'invalid-argument'
  | 'invalid-config'
  | 'no-repository'
  | 'repository-exists'
  | 'wrong-password'
  | 'unsupported-version'
  | 'unsupported-feature'
  | 'corrupt'
  | 'missing'
  | 'exists'
  | 'backend'
  | 'no-space'
  | 'read-only'
  | 'not-found'
  | 'ambiguous'
  | 'in-the-way'
  | 'unsafe-target'
  | 'source'
  | 'native-missing'
  | 'interrupted'

export interface ErrorDetails {
  /** The next step for a person, as one sentence. */
  readonly hint?: string
  readonly cause?: unknown
}

/** An error of the world, not of the program: it names the thing, and `hint` names the next step. Never holds a secret. */
export class VarveError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.name = 'VarveError'
    this.code = code
    this.hint = details.hint
  }
}

/** Stored bytes are not what they must be. `object` is the repository's name for them, for example `packs/3f/3f2a…`. */
export class CorruptError extends VarveError {
  readonly object: string

  constructor(object: string, what: string, details: ErrorDetails = {}) {
    super('corrupt', `${object}: ${what}`, details)
    this.name = 'CorruptError'
    this.object = object
  }
}

/** Storage failed. `transient` says whether the same call may succeed later. */
export class BackendError extends VarveError {
  readonly transient: boolean

  constructor(message: string, transient: boolean, details: ErrorDetails = {}) {
    super('backend', message, details)
    this.name = 'BackendError'
    this.transient = transient
  }
}

/** A stored object is not there or not what it must be: what it held may stand elsewhere. */
export const isMissingOrCorrupt = (error: unknown): error is VarveError =>
  error instanceof VarveError && (error.code === 'corrupt' || error.code === 'missing')

/** For `catch` of a promise where the next place is tried then. Every other error is thrown on. */
export const ignoreMissingOrCorrupt = (error: unknown): undefined => {
  if (!isMissingOrCorrupt(error)) throw error
}
