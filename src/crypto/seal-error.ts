import { VarveError } from '../errors.js'

/**
 * Sealed bytes do not open: wrong key, wrong associated data, or damage; which of them cannot be known and is not told.
 * Callers that know the object's name turn it into a CorruptError.
 */
export class SealError extends VarveError {
  constructor() {
    super('corrupt', 'sealed bytes do not open')
    this.name = 'SealError'
  }
}
