import type { Suspect } from '../../format/suspect.js'
import type { Store } from '../../repository/store.js'
import { isSuspectAlready, type NewSuspect, writeSuspect } from '../../repository/suspect-store.js'
import type { BrokenBlocks } from './broken-blocks.js'
import type { Catalogue } from './catalogue.js'

/**
 * Records what was found broken, unless it is recorded already. A pack that this process could not read, for want of
 * descriptors or of permission, is told as damage, but not recorded: backups would store again what is whole.
 * Gives how many records were written.
 */
export const markSuspects = async (
  store: Store,
  catalogue: Catalogue,
  broken: BrokenBlocks,
  known: readonly Suspect[],
): Promise<number> => {
  let marked = 0
  for (const suspect of suspectsOf(catalogue, broken)) {
    if (isSuspectAlready(known, suspect)) continue
    await writeSuspect(store, suspect)
    marked++
  }
  return marked
}

function* suspectsOf(catalogue: Catalogue, { renamed, unread }: BrokenBlocks): Generator<NewSuspect> {
  for (const pack of catalogue.packs.values()) {
    if (renamed.has(pack))
      yield { pack: pack.id, blocks: null, reason: 'it has other bytes than its name says' }
    else if (pack.brokenBlocks.size > 0 && !unread.has(pack)) {
      const blocks = [...pack.brokenBlocks.keys()].sort((a, b) => a - b)
      yield { pack: pack.id, blocks, reason: pack.brokenBlocks.get(blocks[0]!)! }
    }
  }
  for (const { id, isListed } of catalogue.lost.values())
    if (isListed) yield { pack: id, blocks: null, reason: 'its directory cannot be read' }
}
