import { VarveError } from '../../index.js'

/** A value of a flag or of the config file that cannot be understood. The caller puts the name of the flag before it. */
export const invalidValue = (text: string, expected: string): VarveError =>
  new VarveError('invalid-argument', `'${text}' is not ${expected}`)
