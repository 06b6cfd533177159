import type { EngineSetup } from '../workers/jobs.js'
import type { Store } from './store.js'

/** What threads that write into a store are told once. */
export const engineSetupOf = (
  { seals, keys, compressionLevel }: Store,
  { packTargetBytes, dryRun }: Pick<EngineSetup, 'packTargetBytes' | 'dryRun'>,
): EngineSetup => ({
  seals: seals.material,
  idKey: keys.keyring.idKey,
  chunkerKey: keys.keyring.chunkerKey,
  chunking: keys.chunking,
  writerSlot: keys.slot.id,
  compressionLevel,
  packTargetBytes,
  dryRun,
})
