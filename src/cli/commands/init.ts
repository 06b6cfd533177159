import { type InitOptions, Repository, type Secret } from '../../index.js'
import { defined } from '../defined.js'
import type { Invocation, Verb } from '../invocation.js'
import { locationOf, openOptions } from '../open-repository.js'
import { printable } from '../output/quote.js'
import { createKeyFile } from '../secret/key-file.js'
import { askNewPassword } from '../secret/new-password.js'
import { readSecret } from '../secret/read-secret.js'
import type { ChunkSizeLevel } from '../values/chunk-size.js'

interface InitFlags {
  readonly recoveryKey?: boolean
  readonly chunkSize?: ChunkSizeLevel[]
  readonly label?: string
}

export const init: Verb<InitFlags> = async (invocation, flags) => {
  const { repository, recoveryKey } = await Repository.init(
    defined<InitOptions>({
      ...openOptions(invocation, () => newSecret(invocation)),
      recoveryKey: flags.recoveryKey,
      chunkSize: flags.chunkSize,
      label: flags.label,
    }),
  )
  await using made = repository
  if (invocation.global.json) await tellPrograms(invocation, made.id, recoveryKey)
  else await tellPeople(invocation, made.id, recoveryKey)
  return undefined
}

/** A new password is asked for twice; a key file that is not there is made. */
const newSecret = async (invocation: Invocation): Promise<Secret> => {
  const { secretSource, environment, ask, output } = invocation
  if (secretSource.kind === 'key-file' && (await createKeyFile(secretSource.file))) {
    output.log(
      `wrote a new key to ${printable(secretSource.file)}; keep a copy elsewhere: it opens the repository`,
    )
  }
  return readSecret(secretSource, environment, () => askNewPassword(ask, 'Password for the new repository'))
}

const tellPrograms = ({ output }: Invocation, id: string, recoveryKey: string | undefined): Promise<void> =>
  output.json({
    message_type: 'initialized',
    id,
    ...(recoveryKey === undefined ? {} : { recovery_key: recoveryKey }),
  })

const tellPeople = async (
  invocation: Invocation,
  id: string,
  recoveryKey: string | undefined,
): Promise<void> => {
  const { output, global } = invocation
  if (recoveryKey !== undefined) {
    output.log(
      'The recovery key below opens the repository without any other. It is not shown again: print it or write it down.',
    )
    await output.line(recoveryKey)
    await output.flush()
  }
  if (global.quiet) return
  output.log(`made repository ${id.slice(0, 8)} in ${printable(locationOf(invocation))}`)
  // Ready to be copied, unless a shell would read it in another way.
  const shown = /^[\w./:@~-]+$/.test(global.repo ?? '') ? global.repo : '…'
  const repo = global.repo === undefined ? '' : ` -r ${shown}`
  output.log(`Next: \`varve backup${repo} PATH\` makes a snapshot, \`varve snapshots${repo}\` lists them.`)
  output.log(recoveryKey === undefined ? loseNothing[invocation.secretSource.kind] : loseNotBoth)
}

const loseNotBoth =
  'Without either of them the data is lost: keep the recovery key where no disk failure takes both.'
const withoutPassword =
  'Without the password the data is lost: keep it where you will find it after a disk has failed.'
const loseNothing: Readonly<Record<Invocation['secretSource']['kind'], string>> = {
  password: withoutPassword,
  'password-file': withoutPassword,
  'password-command': withoutPassword,
  prompt: withoutPassword,
  'key-file': 'Without the key file the data is lost: keep a copy of it where no disk failure takes both.',
  'recovery-key-file':
    'Without the recovery key the data is lost: keep it where you will find it after a disk has failed.',
}
