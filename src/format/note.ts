import { type Extension, extensionsValue } from './extension.js'
import { ObjectType, type SnapshotId } from './ids.js'
import { textMaxBytes } from './limits.js'
import { idBytes, idFromBytes, type NoteName, noteName } from './names.js'
import type { Seals } from './seal.js'
import { openSealedRecord, sealRecord } from './sealed-record.js'
import { readTags } from './snapshot.js'
import { readTimestamp, type Timestamp, timestampValue } from './timestamp.js'

/** Later tags and holds of a snapshot (docs/FORMAT.md §9.6). */
export interface Note {
  readonly snapshot: SnapshotId
  /** From 1. */
  readonly number: number
  readonly tagsAdded: readonly string[]
  readonly tagsRemoved: readonly string[]
  /** Why the snapshot must be kept; null where the note says nothing of that. */
  readonly hold: string | null
  readonly time: Timestamp
  readonly extensions: readonly Extension[]
}

export const sealNote = (seals: Seals, note: Note): Buffer =>
  sealRecord(seals, ObjectType.note, noteName(note.snapshot, note.number), [
    1,
    idBytes(note.snapshot),
    note.number,
    [...note.tagsAdded],
    [...note.tagsRemoved],
    note.hold,
    timestampValue(note.time),
    extensionsValue(note.extensions),
  ])

/** Errors: `corrupt`, `unsupported-version`, `unsupported-feature`. */
export const openNote = (seals: Seals, { id, number }: NoteName, sealed: Uint8Array): Note =>
  openSealedRecord(seals, ObjectType.note, noteName(id, number), sealed, 8, (fields) => {
    if (idFromBytes(fields.bytes('snapshot id', 16)) !== id)
      throw fields.corrupt('has another id than its name')
    if (fields.uint('number') !== number) throw fields.corrupt('has another number than its name')
    return {
      snapshot: id,
      number,
      tagsAdded: readTags(fields, 'tags added'),
      tagsRemoved: readTags(fields, 'tags removed'),
      hold: fields.nullable((items) => items.text('hold', textMaxBytes)),
      time: readTimestamp(fields, 'time'),
    }
  })
