import { type Extension, extensionsValue } from './extension.js'
import { ObjectType, type SnapshotId } from './ids.js'
import { sealedRecordMaxBytes } from './limits.js'
import { forgottenName, idBytes, idFromBytes } from './names.js'
import type { Seals } from './seal.js'
import { openSealedRecord, sealRecord } from './sealed-record.js'
import { readTimestamp, type Timestamp, timestampValue } from './timestamp.js'

/** Keeps a forgotten snapshot's record until its packs are gone (docs/FORMAT.md §9.6). */
export interface Forgotten {
  readonly id: SnapshotId
  /** The object `snapshots/<id>` as it was stored, sealed; writing it back is the undo. */
  readonly snapshotObject: Uint8Array
  readonly time: Timestamp
  readonly extensions: readonly Extension[]
}

export const sealForgotten = (seals: Seals, forgotten: Forgotten): Buffer =>
  sealRecord(seals, ObjectType.forgotten, forgottenName(forgotten.id), [
    1,
    idBytes(forgotten.id),
    forgotten.snapshotObject,
    timestampValue(forgotten.time),
    extensionsValue(forgotten.extensions),
  ])

/** Errors: `corrupt`, `unsupported-version`, `unsupported-feature`. */
export const openForgotten = (seals: Seals, id: SnapshotId, sealed: Uint8Array): Forgotten =>
  openSealedRecord(seals, ObjectType.forgotten, forgottenName(id), sealed, 5, (fields) => {
    if (idFromBytes(fields.bytes('snapshot id', 16)) !== id)
      throw fields.corrupt('has another id than its name')
    return {
      id,
      snapshotObject: fields.bytesUpTo('snapshot', sealedRecordMaxBytes),
      time: readTimestamp(fields, 'time'),
    }
  })
