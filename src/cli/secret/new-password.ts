import { VarveError } from '../../index.js'
import { readSecretLine } from './secret-file.js'
import type { AskHidden } from './terminal-prompt.js'

/** Asks for a new password twice, since nobody sees what is typed. */
export const askNewPassword = async (ask: AskHidden, what: string): Promise<string> => {
  const password = await ask(`${what}: `)
  if (password === '')
    throw new VarveError('invalid-argument', 'the password must not be empty', {
      hint: 'Run the command again.',
    })
  if ((await ask('The same again: ')) !== password) {
    throw new VarveError('invalid-argument', 'the two passwords differ', { hint: 'Run the command again.' })
  }
  return password
}

/** A new password from a file, or from the person. */
export const newPassword = (ask: AskHidden, file: string | undefined): Promise<string> =>
  file === undefined ? askNewPassword(ask, 'New password') : readSecretLine(file, 'new password')
