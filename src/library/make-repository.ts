import { randomBytes } from 'node:crypto'
import { defaultChunking } from '../chunking/parameters.js'
import { compressionLevels, openCodec } from '../compression/codec.js'
import { formatRecoveryKey } from '../crypto/recovery-key.js'
import { createRepository, leftByInit } from '../repository/create-repository.js'
import { currentTimeNs, type InitOptions, openBackend } from './open-options.js'
import { type Secret, slotSecretOf } from './secret.js'

export interface MadeRepository {
  /** What opens it: whoever was asked for it is not asked again. */
  readonly secret: Secret
  readonly recoveryKey?: string
}

/** Makes a repository, and gives its recovery key back where one was wanted. */
export const makeRepository = async (options: InitOptions): Promise<MadeRepository> => {
  // Where nothing can be stored or read, there should be no repository.
  openCodec(compressionLevels.default)
  const { secret, label = '' } = options
  await using backend = await openBackend(options.location, true)
  // Nobody is asked for a password, and no key file is made, where there can be no repository.
  await leftByInit(backend)
  const given = typeof secret === 'function' ? await secret() : secret
  const recovery = options.recoveryKey ? randomBytes(32) : undefined
  const secrets = [{ secret: slotSecretOf(given), label }]
  if (recovery !== undefined)
    secrets.push({ secret: { kind: 'recovery', secret: recovery }, label: 'recovery key' })
  const chunking = options.chunkSize === undefined ? defaultChunking : { levels: options.chunkSize }
  await createRepository(backend, { secrets, chunking, nowNs: currentTimeNs() })
  return {
    secret: given,
    ...(recovery === undefined ? {} : { recoveryKey: formatRecoveryKey(recovery) }),
  }
}
