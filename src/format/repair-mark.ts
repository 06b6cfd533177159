import { type ByteString, byteStringOf } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import type { Extension } from './extension.js'
import { type Fields, openRecord } from './fields.js'
import { decodeHoles, encodeHoles, type HoleRanges } from './hole-map.js'
import type { SnapshotId } from './ids.js'
import { keyMaxBytes } from './limits.js'
import { idBytes, idFromBytes } from './names.js'
import { encodeRecord } from './record.js'
import { nameAtOfKey } from './tree-key.js'

/** Extension 1 of entries and of snapshot records, not critical (docs/FORMAT.md §8.5, §9.4). */
const repairExtension = 1
const recordMaxBytes = 16 * 1024 * 1024
const rangesMax = 4096
const subtreesMax = 100

/** What repair could not bring back of an entry. */
export interface EntryLoss {
  /** Ranges of the content that are zeros now: offset, length, offset, length, … */
  readonly ranges: HoleRanges
  /** Extended attributes that are left out. */
  readonly attributes: number
  /** The hole map is left out: what was a hole in the source is not known any more. */
  readonly isHoleMapLost: boolean
  /** The entry itself was lost; it was made up because others stand below it. */
  readonly isMadeUp: boolean
}

export const entryLossExtension = ({
  ranges,
  attributes,
  isHoleMapLost,
  isMadeUp,
}: EntryLoss): Extension => ({
  id: repairExtension,
  critical: false,
  bytes: encodeRecord([
    1,
    ranges.length === 0 ? null : encodeHoles(fewer(ranges)),
    attributes,
    isHoleMapLost,
    isMadeUp,
  ]),
})

/** Undefined for an entry that is as it was backed up. A mark that cannot be read may stand for anything. */
export const entryLossOf = (
  { extensions }: { readonly extensions: readonly Extension[] },
  fileSizeBytes: number,
): EntryLoss | undefined => {
  if (extensions.length === 0) return undefined
  try {
    const fields = recordOf(extensions, 5)
    return fields && readEntryLoss(fields, fileSizeBytes)
  } catch (error) {
    if (!(error instanceof VarveError)) throw error
    const ranges = fileSizeBytes === 0 ? [] : [0, fileSizeBytes]
    return { ranges, attributes: 0, isHoleMapLost: false, isMadeUp: false }
  }
}

const readEntryLoss = (fields: Fields, fileSizeBytes: number): EntryLoss => {
  const ranges = fields.nullable((items) => items.bytesUpTo('lost ranges', recordMaxBytes))
  return {
    ranges: ranges === null ? [] : decodeHoles(ranges, fileSizeBytes, 'mark of repair'),
    attributes: fields.uint('attributes lost'),
    isHoleMapLost: fields.boolean('hole map lost'),
    isMadeUp: fields.boolean('made up'),
  }
}

export const lostBytesOf = ({ ranges }: EntryLoss): number =>
  ranges.reduce((sum, value, index) => (index % 2 === 1 ? sum + value : sum), 0)

/** Neighbours that come together tell of more than was lost, never of less. */
const fewer = (ranges: HoleRanges): HoleRanges => {
  if (ranges.length <= 2 * rangesMax) return ranges
  const kept = ranges.slice(0, 2 * (rangesMax - 1))
  const from = ranges[2 * (rangesMax - 1)]!
  return [...kept, from, ranges.at(-2)! + ranges.at(-1)! - from]
}

/** A part of a tree that is gone. */
export interface LostSubtree {
  /** The key of its first entry, as the node above has it. */
  readonly firstKey: ByteString
  readonly entries: number
  readonly bytes: number
}

/** What a repaired snapshot lacks of the one that it was made of. */
export interface SnapshotLoss {
  readonly repairedFrom: SnapshotId
  readonly entriesDamaged: number
  readonly bytesLost: number
  readonly entriesLost: number
  /** At most 100 of them. */
  readonly subtrees: readonly LostSubtree[]
}

export const snapshotLossExtension = (loss: SnapshotLoss): Extension => ({
  id: repairExtension,
  critical: false,
  bytes: encodeRecord([
    1,
    idBytes(loss.repairedFrom),
    loss.entriesDamaged,
    loss.bytesLost,
    loss.entriesLost,
    loss.subtrees
      .slice(0, subtreesMax)
      .map(({ firstKey, entries, bytes }) => [Buffer.from(firstKey, 'latin1'), entries, bytes]),
  ]),
})

/** Undefined for a snapshot that was not repaired, or says so in a way that this version cannot read. */
export const snapshotLossOf = ({
  extensions,
}: {
  readonly extensions: readonly Extension[]
}): SnapshotLoss | undefined => {
  try {
    const fields = recordOf(extensions, 6)
    return fields && readSnapshotLoss(fields)
  } catch (error) {
    if (error instanceof VarveError) return undefined
    throw error
  }
}

const readSnapshotLoss = (fields: Fields): SnapshotLoss => ({
  repairedFrom: idFromBytes<SnapshotId>(fields.bytes('repaired from', 16)),
  entriesDamaged: fields.uint('entries damaged'),
  bytesLost: fields.uint('bytes lost'),
  entriesLost: fields.uint('entries lost'),
  subtrees: fields.each('subtrees', subtreesMax, readSubtree),
})

const readSubtree = (items: Fields): LostSubtree => {
  const fields = items.fields('subtree', 3)
  const key = fields.bytesUpTo('first key', keyMaxBytes)
  if (key.length > 0 && nameAtOfKey(key, key.length) < 0) throw fields.corrupt('first key is none')
  return {
    firstKey: byteStringOf(key),
    entries: fields.uint('entries'),
    bytes: fields.uint('bytes'),
  }
}

const recordOf = (extensions: readonly Extension[], items: number): Fields | undefined => {
  const found = extensions.find(({ id }) => id === repairExtension)
  return (
    found && openRecord(found.bytes, 'mark of repair', { version: 1, items, sizeMaxBytes: recordMaxBytes })
  )
}
