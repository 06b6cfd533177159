import { ignoreMissingOrCorrupt } from '../errors.js'
import type { PackId } from '../format/ids.js'
import type { IndexablePack } from './index-store.js'
import { listCondemned, listPacks, listSuspects } from './pack-listing.js'
import { readDirectory } from './read-directory.js'
import type { Store } from './store.js'

const MiB = 1024 * 1024

/** Grows with the square root of the repository's size, so that there are neither too many packs nor too large ones. */
export const packTargetBytes = (storedBytes: number): number => {
  const perPack = 32 * MiB * Math.sqrt(storedBytes / (64 * 1024 * MiB))
  return Math.round(Math.min(128 * MiB, Math.max(32 * MiB, perPack)))
}

export interface PreparedIndex {
  readonly storedBytes: number
  /** Packs whose chunks must not be relied on: condemned, suspect, of another size than the index says. */
  readonly unusable: Set<string>
  /** Packs that no index file names, where naming them is not allowed. */
  readonly unnamed: readonly IndexablePack[]
}

/**
 * W1: what is there to deduplicate against. Lists `condemned/`, then `index/`, then `packs/`; packs that no index names (an
 * interrupted backup left them) get an index file, so that what was uploaded is not uploaded again; or are given back.
 */
export const prepareIndex = async (store: Store, mayWrite: boolean): Promise<PreparedIndex> => {
  const { backend, seals, index } = store
  const unusable = new Set<string>(await listCondemned(backend, seals))
  for (const { pack } of await listSuspects(backend, seals)) unusable.add(pack)
  await index.refresh()
  let listed = await listPacks(backend)
  if (index.hasRemoved(listed)) {
    await index.rebuild()
    listed = await listPacks(backend)
  }
  const known = new Map(index.local.packs.map(({ packId, sizeBytes }) => [packId, sizeBytes]))
  const found = await readUnnamed(
    store,
    [...listed.keys()].filter((id) => !known.has(id)),
  )
  if (mayWrite) {
    index.local.sweep()
    await index.adopt(found)
  }
  const gone = new Set([...known.keys()].filter((id) => !listed.has(id as PackId)))
  if (gone.size > 0) await index.forgetPacks(gone)
  let storedBytes = 0
  for (const [id, sizeBytes] of listed) {
    storedBytes += sizeBytes
    if ((known.get(id) ?? sizeBytes) !== sizeBytes) unusable.add(id)
  }
  return { storedBytes, unusable, unnamed: mayWrite ? [] : found }
}

const readUnnamed = async (store: Store, ids: readonly PackId[]): Promise<IndexablePack[]> => {
  const found: IndexablePack[] = []
  for (const id of ids) {
    try {
      found.push({ id, ...(await readDirectory(store.backend, store.seals, id)) })
    } catch (error) {
      // A pack that cannot be read is for check to report; nothing is deduplicated against it.
      ignoreMissingOrCorrupt(error)
    }
  }
  return found
}
