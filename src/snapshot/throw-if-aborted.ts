import { VarveError } from '../errors.js'

/** Errors: `interrupted`. */
export const throwIfAborted = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted)
    throw new VarveError('interrupted', 'the operation was stopped', { cause: signal.reason })
}
