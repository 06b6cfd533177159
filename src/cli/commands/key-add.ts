import { type NewSecret, type Repository, VarveError } from '../../index.js'
import { defined } from '../defined.js'
import type { Invocation, Verb } from '../invocation.js'
import { openRepository } from '../open-repository.js'
import { printable } from '../output/quote.js'
import { createKeyFile, readKeyFile } from '../secret/key-file.js'
import { newPassword } from '../secret/new-password.js'

interface KeyAddFlags {
  readonly newPasswordFile?: string
  readonly newKeyFile?: string
  readonly newRecoveryKey?: boolean
  readonly label?: string
}

export const keyAdd: Verb<KeyAddFlags> = async (invocation, flags) => {
  const { output, global } = invocation
  refuseTwo(flags)
  await using repository = await openRepository(invocation)
  const secret = await newSecret(invocation, flags)
  const { id, recoveryKey } = await repository.addKey(
    defined<Parameters<Repository['addKey']>[0]>({ secret, label: flags.label }),
  )
  if (global.json) {
    await output.json({
      message_type: 'key_added',
      id,
      ...(recoveryKey === undefined ? {} : { recovery_key: recoveryKey }),
    })
    return undefined
  }
  if (recoveryKey !== undefined) {
    output.log(
      'The recovery key below opens the repository by itself. It is not shown again: print it or write it down.',
    )
    await output.line(recoveryKey)
  }
  if (!global.quiet) output.log(`added key ${id.slice(0, 8)}`)
  return undefined
}

const refuseTwo = ({ newPasswordFile, newKeyFile, newRecoveryKey }: KeyAddFlags): void => {
  const given = [newPasswordFile, newKeyFile, newRecoveryKey].filter((flag) => flag !== undefined)
  if (given.length > 1) {
    throw new VarveError('invalid-argument', 'one new key at a time', {
      hint: 'Give one of --new-password-file, --new-key-file and --new-recovery-key.',
    })
  }
}

const newSecret = async ({ ask, output }: Invocation, flags: KeyAddFlags): Promise<NewSecret> => {
  if (flags.newRecoveryKey) return { kind: 'new-recovery' }
  if (flags.newKeyFile !== undefined) {
    if (await createKeyFile(flags.newKeyFile)) output.log(`wrote a new key to ${printable(flags.newKeyFile)}`)
    return { kind: 'key-file', key: await readKeyFile(flags.newKeyFile) }
  }
  return { kind: 'password', password: await newPassword(ask, flags.newPasswordFile) }
}
