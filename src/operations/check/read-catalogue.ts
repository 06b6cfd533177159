import { CorruptError, VarveError } from '../../errors.js'
import type { PackId } from '../../format/ids.js'
import { readDirectory } from '../../repository/read-directory.js'
import type { Store } from '../../repository/store.js'
import type { Catalogue, FoundPack } from './catalogue.js'
import type { Findings } from './findings.js'

/** Directories that are read at the same time. */
const concurrent = 8
/** Chunks that are gathered before they are sorted into the catalogue: some 70 bytes of memory each until then. */
const chunksAtOnce = 256 * 1024

/** Reads the trailer and the directory of every listed pack (I-7). Those that cannot be read are damage, and lost. */
export const readCatalogue = async (
  store: Store,
  listed: ReadonlyMap<PackId, number>,
  catalogue: Catalogue,
  findings: Findings,
  onPack: () => void,
): Promise<void> => {
  const ids = [...listed.keys()].sort()
  let gathered: FoundPack[] = []
  let chunks = 0
  for (let at = 0; at < ids.length; at += concurrent) {
    const found = await Promise.all(
      ids.slice(at, at + concurrent).map((id) => readOne(store, id, catalogue, findings)),
    )
    for (const pack of found) {
      onPack()
      if (pack === undefined) continue
      gathered.push(pack)
      chunks += pack.directory.chunkCount
    }
    if (chunks < chunksAtOnce) continue
    catalogue.addPacks(gathered)
    gathered = []
    chunks = 0
  }
  catalogue.addPacks(gathered)
}

const readOne = async (store: Store, id: PackId, catalogue: Catalogue, findings: Findings) => {
  try {
    return { id, ...(await readDirectory(store.backend, store.seals, id)) }
  } catch (error) {
    if (!(error instanceof VarveError)) throw error
    // Gone since it was listed: like one that was never listed.
    if (error.code === 'missing') return undefined
    findings.error(`packs/${id}`, error)
    catalogue.addLost({ id, isListed: error instanceof CorruptError }, new Uint8Array(0))
    return undefined
  }
}
