import { VarveError } from '../../index.js'
import { printable } from '../output/quote.js'

/**
 * An argument where only text will do: a pattern, a tag, a location. Throws `invalid-argument` for one with bytes that
 * are not UTF-8 (`exactArguments` in argument-bytes.ts marks them), which would otherwise become something else on the way.
 */
export const plainText = (argument: string): string => {
  if (!/[\ud800-\udfff]/u.test(argument)) return argument
  throw new VarveError('invalid-argument', `${printable(argument)} is not UTF-8`, {
    hint: 'For a file or directory, a symbolic link with another name helps.',
  })
}
