import { requireWritable } from '../format/config.js'
import type { PackId } from '../format/ids.js'
import { configName, idFromBytes, type SuspectId, suspectName } from '../format/names.js'
import { type Suspect, sealSuspect } from '../format/suspect.js'
import { timestampFromNanoseconds } from '../format/timestamp.js'
import { requireWritableFeatures } from './feature-store.js'
import type { Store } from './store.js'

/** A pack, or some of its blocks, that must not count as a place of chunks any more. */
export interface NewSuspect {
  readonly pack: PackId
  /** Block ordinals, ascending; null for all. */
  readonly blocks: readonly number[] | null
  readonly reason: string
}

const reasonMaxLength = 1000

/** Records a suspect; durable when resolved. Errors: `unsupported-version`, `unsupported-feature`, those of the backend. */
export const writeSuspect = async (
  store: Store,
  { pack, blocks, reason }: NewSuspect,
): Promise<SuspectId> => {
  requireWritable(store.keys.config, configName)
  await requireWritableFeatures(store.backend)
  const id = idFromBytes<SuspectId>(store.random(16))
  const time = timestampFromNanoseconds(store.now())
  const record: Suspect = { id, pack, blocks, reason: reason.slice(0, reasonMaxLength), time, extensions: [] }
  await store.backend.create(suspectName(id), sealSuspect(store.seals, record))
  return id
}

/** Whether what is recorded says so already. */
export const isSuspectAlready = (known: readonly Suspect[], { pack, blocks }: NewSuspect): boolean => {
  const ofPack = known.filter((suspect) => suspect.pack === pack)
  if (ofPack.some((suspect) => suspect.blocks === null)) return true
  if (blocks === null) return false
  const recorded = new Set(ofPack.flatMap((suspect) => suspect.blocks ?? []))
  return blocks.every((block) => recorded.has(block))
}
