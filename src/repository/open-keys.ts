import type { Backend } from '../backend/backend.js'
import type { ChunkingParameters } from '../chunking/parameters.js'
import { checkChunkingParameters } from '../chunking/parameters.js'
import type { KeySlot, SlotSecret } from '../crypto/key-slot.js'
import { CorruptError } from '../errors.js'
import type { StoredConfig } from '../format/config.js'
import type { Keyring } from '../format/keyring.js'
import { configName } from '../format/names.js'
import { Seals } from '../format/seal.js'
import { readConfigs } from './config-store.js'
import { requireFeatures } from './feature-store.js'
import { lastKeyringNumber, readKeyring } from './keyring-store.js'
import { openSlotWith, readSlots, slotIdOf } from './slot-store.js'

/** What a key opens: all that is needed to read and write objects. Holds secrets. */
export interface OpenedKeys {
  readonly config: StoredConfig
  readonly slot: KeySlot
  readonly privateKey: Uint8Array
  readonly keyring: Keyring
  readonly seals: Seals
  readonly chunking: ChunkingParameters
}

/** docs/FORMAT.md §10, steps 1 to 3. The secret is asked for only once a repository was found. */
export const openKeys = async (
  backend: Backend,
  askSecret: () => Promise<SlotSecret>,
): Promise<OpenedKeys> => {
  const configs = await readConfigs(backend)
  const [slots, number] = await Promise.all([
    readSlots(backend),
    lastKeyringNumber(backend),
    requireFeatures(backend),
  ])
  const secret = await askSecret()
  let failure: unknown
  for (const config of configs) {
    try {
      const { slot, privateKey } = await openSlotWith(slots, secret, config.repositoryId)
      const keyring = await readKeyring(backend, number, slotIdOf(slot), privateKey, config.repositoryId)
      return opened(config, slot, privateKey, keyring)
    } catch (error) {
      failure ??= error
    }
  }
  throw failure
}

const opened = (
  config: StoredConfig,
  slot: KeySlot,
  privateKey: Uint8Array,
  keyring: Keyring,
): OpenedKeys => {
  if (Buffer.compare(keyring.configHash, config.hash) !== 0)
    throw new CorruptError(configName, 'is not what the keyring was made with', {
      hint: 'Its copy, config.copy, may still be whole: put it in its place.',
    })
  const chunking = { levels: keyring.chunkSizes }
  checkChunkingParameters(chunking)
  const seals = new Seals({ repositoryId: config.repositoryId, epochs: keyring.epochs })
  return { config, slot, privateKey, keyring, seals, chunking }
}
