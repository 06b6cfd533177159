import { randomBytes } from 'node:crypto'
import { defaultChunking } from '../chunking/parameters.js'
import { compressionLevel, openCodec } from '../compression/codec.js'
import { formatRecoveryKey } from '../crypto/recovery-key.js'
import { createRepository, leftByInit } from '../repository/create-repository.js'
import { currentTimeNs, type InitOptions, type OpenOptions, openBackend, threadsOf } from './open-options.js'
import { slotSecretOf } from './secret.js'

/** Makes and opens a repository, and gives its recovery key back where one was wanted. Whoever gives the secret is asked once. */
export const makeRepository = async <R>(
  options: InitOptions,
  open: (options: OpenOptions) => Promise<R>,
): Promise<{ repository: R; recoveryKey?: string }> => {
  // Where nothing can be stored or read, and where it could not be opened, there should be no repository.
  threadsOf(options.workers)
  openCodec(compressionLevel(options.compression ?? 'default'))
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
  const repository = await open({ ...options, secret: given })
  return recovery === undefined ? { repository } : { repository, recoveryKey: formatRecoveryKey(recovery) }
}
