import type { Backend } from '../backend/backend.js'
import type { ChunkingParameters } from '../chunking/parameters.js'
import { checkChunkingParameters } from '../chunking/parameters.js'
import type { KeySlot, SlotSecret } from '../crypto/key-slot.js'
import { CorruptError, VarveError } from '../errors.js'
import type { StoredConfig } from '../format/config.js'
import type { RepositoryId } from '../format/ids.js'
import type { Keyring } from '../format/keyring.js'
import { configName, slotName } from '../format/names.js'
import { Seals } from '../format/seal.js'
import { configProblems, differentConfigs, readConfigs } from './config-store.js'
import { requireFeatures } from './feature-store.js'
import { lastKeyringNumber, readKeyring, slotsSealedTo } from './keyring-store.js'
import { type FoundSlots, openSlotWith, readSlots, slotIdOf } from './slot-store.js'

/** What a key opens: all that is needed to read and write objects. Holds secrets. */
export interface OpenedKeys {
  readonly config: StoredConfig
  readonly slot: KeySlot
  readonly privateKey: Uint8Array
  readonly keyring: Keyring
  readonly seals: Seals
  readonly chunking: ChunkingParameters
  /** What is damaged of config, slots and keyring, although the repository opens without it; each names the object. */
  readonly problems: readonly string[]
}

/**
 * docs/FORMAT.md §10, steps 1 to 3. The secret is asked for only once a repository was found. `onSecret` hears that it is there,
 * before a key is derived from it, and the id that the repository says it has, which nothing has confirmed yet.
 */
export const openKeys = async (
  backend: Backend,
  askSecret: () => Promise<SlotSecret>,
  onSecret: (repositoryId: RepositoryId) => void = () => {},
): Promise<OpenedKeys> => {
  const configs = await readConfigs(backend)
  const [slots, number] = await Promise.all([
    readSlots(backend),
    lastKeyringNumber(backend),
    requireFeatures(backend),
  ])
  const secret = await askSecret()
  let failure: unknown
  const different = differentConfigs(configs)
  onSecret(different[0]!.repositoryId)
  for (const config of different) {
    try {
      const { repositoryId } = config
      const { slot, privateKey } = await openSlotWith(slots, secret, repositoryId)
      const damaged: VarveError[] = [...slots.damaged]
      const noteDamage = (error: VarveError) => void damaged.push(error)
      const keyring = await readKeyring(backend, number, slotIdOf(slot), privateKey, repositoryId, noteDamage)
      const problems = [...configProblems(configs, config), ...damaged.map(({ message }) => message)]
      return { ...opened(config, slot, privateKey, keyring), problems }
    } catch (error) {
      failure ??= error
    }
  }
  throw await namingMissingSlots(backend, number, slots, failure)
}

/** A key that fits no slot may be that of a slot that is gone. */
const namingMissingSlots = async (
  backend: Backend,
  number: number,
  { slots }: FoundSlots,
  failure: unknown,
): Promise<unknown> => {
  if (!(failure instanceof VarveError) || failure.code !== 'wrong-password') return failure
  const found = new Set(slots.map(slotIdOf))
  const gone = (await slotsSealedTo(backend, number)).filter((id) => !found.has(id)).map(slotName)
  if (gone.length === 0) return failure
  return new VarveError('wrong-password', `${failure.message}; missing: ${gone.join(', ')}`, {
    hint: 'It may be the key of a slot that is missing: put that back from a copy of the repository, or open with another key.',
  })
}

const opened = (
  config: StoredConfig,
  slot: KeySlot,
  privateKey: Uint8Array,
  keyring: Keyring,
): Omit<OpenedKeys, 'problems'> => {
  if (Buffer.compare(keyring.configHash, config.hash) !== 0)
    throw new CorruptError(configName, 'is not what the keyring was made with', {
      hint: 'Its copy, config.copy, may still be whole: put it in its place.',
    })
  const chunking = { levels: keyring.chunkSizes }
  checkChunkingParameters(chunking)
  const seals = new Seals({ repositoryId: config.repositoryId, epochs: keyring.epochs })
  return { config, slot, privateKey, keyring, seals, chunking }
}
