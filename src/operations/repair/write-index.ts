import type { PackId } from '../../format/ids.js'
import type { IndexablePack } from '../../repository/index-store.js'
import { readDirectory } from '../../repository/read-directory.js'
import type { Store } from '../../repository/store.js'

/** Some 70 bytes of memory for each, until the file is written. */
const chunksAtOnce = 256 * 1024

/** Writes index files that name every chunk of these packs, from the packs' own directories. Durable when resolved. */
export const writeIndexOf = async (store: Store, ids: readonly PackId[]): Promise<void> => {
  let gathered: IndexablePack[] = []
  let chunks = 0
  for (const id of ids) {
    const found = await readDirectory(store.backend, store.seals, id)
    gathered.push({ id, ...found })
    chunks += found.directory.chunkCount
    if (chunks < chunksAtOnce) continue
    await store.index.adopt(gathered)
    gathered = []
    chunks = 0
  }
  await store.index.adopt(gathered)
}
