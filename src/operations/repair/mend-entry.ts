import { VarveError } from '../../errors.js'
import { type Entry, EntryFlag, type FileContent, isFileContent } from '../../format/entry.js'
import { encodeEntryValue } from '../../format/entry-value.js'
import { type EntryLoss, entryLossExtension, entryLossOf } from '../../format/repair-mark.js'
import { ListWriter } from '../../tree/list-writer.js'
import type { NodeSink } from '../../tree/node-store.js'
import type { ContentSurvey } from './content-survey.js'

export interface MendedEntry {
  readonly value: Uint8Array
  readonly loss: EntryLoss
}

/**
 * The entry without what is lost of it: lost content becomes zeros, lost attributes are left out, and a mark says so. It also
 * counts as one that changed while it was read, so that the next backup reads the file again.
 */
export const mendEntry = async (
  entry: Entry,
  survey: ContentSurvey,
  sink: NodeSink,
): Promise<MendedEntry> => {
  const xattrs = await survey.xattrsLeft(entry.xattrs)
  const attributes = entry.xattrs.length - xattrs.length
  const { content, ranges, isHoleMapLost } = isFileContent(entry.content)
    ? await mendContent(entry.content, survey, sink)
    : { content: entry.content, ranges: [], isHoleMapLost: false }
  const loss = withEarlier(entry, { ranges, attributes, isHoleMapLost, isMadeUp: false })
  const mended = { ...entry, content, xattrs, flags: entry.flags | EntryFlag.changedWhileRead }
  return { value: encode(mended, loss), loss }
}

const mendContent = async (content: FileContent, survey: ContentSurvey, sink: NodeSink) => {
  const list = new ListWriter(sink)
  const ranges: number[] = []
  await survey.pieces(content, {
    chunk: (id, lengthBytes) => list.addChunk(id, lengthBytes),
    zeros: (lengthBytes) => list.addZeros(lengthBytes),
    lost: (lengthBytes) => {
      const offset = list.sizeBytes
      const joins = ranges.length > 0 && ranges.at(-2)! + ranges.at(-1)! === offset
      if (joins) ranges[ranges.length - 1]! += lengthBytes
      else ranges.push(offset, lengthBytes)
      list.addZeros(lengthBytes)
    },
  })
  const isHoleMapLost = (await survey.holesLeft(content)) === undefined
  return { content: list.finish(isHoleMapLost ? null : content.holes), ranges, isHoleMapLost }
}

/** An entry that was repaired before keeps what it lacked. */
const withEarlier = (entry: Entry, loss: EntryLoss): EntryLoss => {
  const sizeBytes = isFileContent(entry.content) ? entry.content.sizeBytes : 0
  const earlier = entryLossOf(entry, sizeBytes)
  if (earlier === undefined) return loss
  return {
    ranges: union(earlier.ranges, loss.ranges),
    attributes: earlier.attributes + loss.attributes,
    isHoleMapLost: earlier.isHoleMapLost || loss.isHoleMapLost,
    isMadeUp: earlier.isMadeUp,
  }
}

const union = (a: readonly number[], b: readonly number[]): number[] => {
  const pairs: [number, number][] = []
  for (const ranges of [a, b])
    for (let at = 0; at < ranges.length; at += 2) pairs.push([ranges[at]!, ranges[at]! + ranges[at + 1]!])
  pairs.sort(([from], [other]) => from - other)
  const joined: number[] = []
  for (const [from, to] of pairs) {
    const end = joined.length === 0 ? -1 : joined.at(-2)! + joined.at(-1)!
    if (from > end) joined.push(from, to - from)
    else joined[joined.length - 1] = Math.max(end, to) - joined.at(-2)!
  }
  return joined
}

/** Where an entry is so full that the mark does not fit, one range that covers all tells of more than was lost. */
const encode = (entry: Entry, loss: EntryLoss): Uint8Array => {
  try {
    return encodeEntryValue(marked(entry, loss))
  } catch (error) {
    if (!(error instanceof VarveError) || loss.ranges.length <= 2) throw error
    const [from] = loss.ranges
    const to = loss.ranges.at(-2)! + loss.ranges.at(-1)!
    return encodeEntryValue(marked(entry, { ...loss, ranges: [from!, to - from!] }))
  }
}

export const marked = (entry: Entry, loss: EntryLoss): Entry => {
  const mark = entryLossExtension(loss)
  const extensions = [...entry.extensions.filter(({ id }) => id !== mark.id), mark]
  return { ...entry, extensions: extensions.sort((a, b) => a.id - b.id) }
}
