import { randomBytes } from 'node:crypto'
import { defaultChunking } from '../chunking/parameters.js'
import { formatRecoveryKey } from '../crypto/recovery-key.js'
import { createRepository, leftByInit } from '../repository/create-repository.js'
import { currentTimeNs, type InitOptions, openBackend } from './open-options.js'
import { slotSecretOf } from './secret.js'

/** Makes a repository, and gives its recovery key back where one was wanted. */
export const makeRepository = async (options: InitOptions): Promise<{ recoveryKey?: string }> => {
  const { secret, label = '' } = options
  await using backend = await openBackend(options.location, true)
  // Nobody is asked for a password, and no key file is made, where there can be no repository.
  await leftByInit(backend)
  const given = slotSecretOf(typeof secret === 'function' ? await secret() : secret)
  const recovery = options.recoveryKey ? randomBytes(32) : undefined
  const secrets = [{ secret: given, label }]
  if (recovery !== undefined)
    secrets.push({ secret: { kind: 'recovery', secret: recovery }, label: 'recovery key' })
  const chunking = options.chunkSize === undefined ? defaultChunking : { levels: options.chunkSize }
  await createRepository(backend, { secrets, chunking, nowNs: currentTimeNs() })
  return recovery === undefined ? {} : { recoveryKey: formatRecoveryKey(recovery) }
}
