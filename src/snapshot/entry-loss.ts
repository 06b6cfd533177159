import { CorruptError } from '../errors.js'
import { contentSizeBytesOf, type Entry } from '../format/entry.js'
import { type EntryLoss, entryLossOf, lostBytesOf } from '../format/repair-mark.js'
import type { OffsetRange } from '../tree/list-reader.js'

/** What an entry of a repaired snapshot lacks, for people. Undefined for one that is as it was backed up. */
export const lossTextOf = (entry: Entry): string | undefined => {
  const loss = entryLossOf(entry, contentSizeBytesOf(entry))
  return loss && textOf(loss)
}

const textOf = (loss: EntryLoss): string => {
  const bytes = lostBytesOf(loss)
  const parts = [
    ...(bytes > 0 ? [`${bytes} bytes of its content (zeros stand there)`] : []),
    ...(loss.attributes > 0 ? [`${loss.attributes} extended attributes`] : []),
    ...(loss.isHoleMapLost ? ['where its holes were'] : []),
    ...(loss.isMadeUp ? ['owner, permissions and times of this directory'] : []),
  ]
  return `lost before the snapshot was repaired: ${parts.join(', ')}`
}

/** Nobody must take the zeros of a repaired file for its content. Errors: `corrupt` where the range touches them. */
export const requireNothingLost = (entry: Entry, range: OffsetRange, objectName: string): void => {
  const sizeBytes = contentSizeBytesOf(entry)
  const { ranges } = entryLossOf(entry, sizeBytes) ?? { ranges: [] }
  for (let at = 0; at < ranges.length; at += 2) {
    const [from, to] = [ranges[at]!, ranges[at]! + ranges[at + 1]!]
    if (to <= (range.fromOffset ?? 0) || from >= (range.toOffset ?? sizeBytes)) continue
    throw new CorruptError(
      objectName,
      `bytes ${from} to ${to - 1} were lost before the snapshot was repaired`,
      {
        hint: 'varve restore brings the file back with zeros there; another snapshot may have it whole.',
      },
    )
  }
}
