import type { PieceBits } from './compare-large.js'
import { piecesInGroups } from './file-pieces.js'
import type { FileWork } from './file-work.js'
import { layoutOf } from './layout-of.js'
import type { RestoreContext } from './restore-context.js'
import { segmentsOfAll } from './segments.js'

/** Counts what would be written of a large file and what is there already. Errors: `corrupt`, `missing` for its list. */
export const measureLarge = async (
  { reader, options, tally, checkAborted }: RestoreContext,
  { content, path }: FileWork,
  matches: PieceBits | undefined,
): Promise<void> => {
  const layout = await layoutOf(content, options.sparse ?? false, reader, path)
  let piece = 0
  for await (const pieces of piecesInGroups(reader, content)) {
    checkAborted()
    const isCopy = pieces.map(({ id }) => matches?.at(piece++) === true && id !== undefined)
    tally.planned(segmentsOfAll(pieces, [], isCopy, layout))
  }
}
