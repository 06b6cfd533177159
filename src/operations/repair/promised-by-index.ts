import { createHash } from 'node:crypto'
import { ENTRY_BYTES, packOrdinalAt } from '../../chunk-index/entry.js'
import { isMissingOrCorrupt } from '../../errors.js'
import type { PackId } from '../../format/ids.js'
import { decodeIndexFile } from '../../format/index-file.js'
import { indexName } from '../../format/names.js'
import { listIndexFiles } from '../../repository/pack-listing.js'
import type { Store } from '../../repository/store.js'

const prefixBytes = 16

/** The first 16 bytes of the chunk ids that readable index files say are in these packs, 16 bytes each; a pack that none names has none. */
export const promisedByIndex = async (
  store: Store,
  packs: ReadonlySet<PackId>,
): Promise<Map<PackId, Uint8Array[]>> => {
  const promised = new Map<PackId, Uint8Array[]>()
  if (packs.size === 0) return promised
  for (const id of await listIndexFiles(store.backend)) {
    const content = await contentOf(store, indexName(id), id)
    if (content === undefined) continue
    const ordinals = new Map<number, Uint8Array[]>()
    content.packs.forEach(({ id: packId }, ordinal) => {
      if (!packs.has(packId)) return
      const prefixes = promised.get(packId) ?? []
      promised.set(packId, prefixes)
      ordinals.set(ordinal, prefixes)
    })
    if (ordinals.size === 0) continue
    for (let at = 0; at < content.entries.length; at += ENTRY_BYTES)
      ordinals.get(packOrdinalAt(content.entries, at))?.push(content.entries.slice(at, at + prefixBytes))
  }
  return promised
}

/** Undefined where the file is damaged or gone: `repair index` tells of it. */
const contentOf = async (store: Store, name: string, id: string) => {
  try {
    const bytes = await store.backend.read(name)
    if (createHash('sha256').update(bytes).digest('hex') !== id) return undefined
    return decodeIndexFile(
      store.seals,
      bytes,
      (page, sizeBytes) => {
        const target = Buffer.allocUnsafe(sizeBytes)
        store.codec.decompress(page, target)
        return target
      },
      name,
    )
  } catch (error) {
    if (isMissingOrCorrupt(error)) return undefined
    throw error
  }
}
