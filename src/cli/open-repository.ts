import { type BackupOptions, type OpenOptions, Repository, type Secret, VarveError } from '../index.js'
import { plainText } from './arguments/plain-text.js'
import { defined } from './defined.js'
import type { Invocation } from './invocation.js'
import { printable } from './output/quote.js'
import { readSecret } from './secret/read-secret.js'
import { defaultCacheDirectory, defaultRepository } from './settings/default-paths.js'

const attemptsMax = 3

/**
 * Opens the repository that the settings name. A person who mistypes the password may try again, a script may not.
 * `nextBackup` is what will be backed up then.
 */
export const openRepository = async (
  invocation: Invocation,
  nextBackup?: BackupOptions,
): Promise<Repository> => {
  const location = locationOf(invocation)
  for (let attempt = 1; ; attempt++) {
    try {
      const options = openOptions(invocation, () => secretFor(invocation, location))
      return await Repository.open(nextBackup === undefined ? options : { ...options, nextBackup })
    } catch (error) {
      if (!mayTryAgain(invocation, error) || attempt === attemptsMax) throw error
      invocation.output.log('varve: that is not the password')
    }
  }
}

export const locationOf = ({ global, environment }: Invocation): string =>
  global.repo ?? defaultRepository(environment)

export const cacheDirectoryOf = ({ global, environment }: Invocation): string =>
  global.cacheDir ?? defaultCacheDirectory(environment)

/** What opening and making a repository have in common. */
export const openOptions = (invocation: Invocation, secret: () => Promise<Secret>): OpenOptions =>
  defined<OpenOptions>({
    location: plainText(locationOf(invocation)),
    secret,
    cacheDirectory: plainText(cacheDirectoryOf(invocation)),
    noCache: invocation.global.noCache,
    workers: invocation.global.workers,
    compression: invocation.global.compression,
    onWarning: (text: string) => warn(invocation, text),
  })

/** On stderr, also when everything else is quiet. */
const warn = ({ output, global }: Invocation, text: string): void =>
  output.log(
    global.json ? JSON.stringify({ message_type: 'warning', message: text }) : `warning: ${printable(text)}`,
  )

const secretFor = (invocation: Invocation, location: string): Promise<Secret> =>
  readSecret(invocation.secretSource, invocation.environment, () =>
    invocation.ask(`Password for ${printable(location)}: `),
  )

const mayTryAgain = (invocation: Invocation, error: unknown): boolean =>
  invocation.secretSource.kind === 'prompt' && error instanceof VarveError && error.code === 'wrong-password'
