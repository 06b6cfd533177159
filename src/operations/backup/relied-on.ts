import type { StoreWriter } from '../../repository/store-writer.js'
import type { EarlierCursor } from './earlier-cursor.js'

/** The packs that everything below a new root is in: those written, those hit, those of trees that were taken over from. */
export const reliedOn = (writer: StoreWriter, earlier: readonly EarlierCursor[]): Set<string> => {
  const packs = writer.packsReliedOn()
  for (const { used, covered } of earlier)
    if (used && covered !== undefined) for (const id of covered) packs.add(id)
  return packs
}
