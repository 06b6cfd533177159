import type { Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { newPassword } from '../secret/new-password.js'

interface KeyPasswdFlags {
  readonly newPasswordFile?: string
}

export const keyPasswd: Verb<KeyPasswdFlags> = async (invocation, flags) => {
  const { output, global, ask } = invocation
  await using repository = await openRepository(invocation)
  const { id } = await repository.changePassword({ password: await newPassword(ask, flags.newPasswordFile) })
  if (global.json) await output.json({ message_type: 'password_changed', id })
  else if (!global.quiet) output.log(`changed the password; its key is now ${id.slice(0, 8)}`)
  return undefined
}
