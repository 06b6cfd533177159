import { VarveError } from '../../errors.js'
import { hostName } from '../../filesystem/host.js'

/** The host of a new snapshot: what the caller says, or this machine's name. Errors: `invalid-argument` for an empty one. */
export const hostOf = (given: string | undefined): string => {
  if (given === '')
    throw new VarveError('invalid-argument', 'the name of the host is empty', {
      hint: 'Name it with --host NAME, or leave --host out for the name of this machine.',
    })
  return given ?? hostName()
}
