import { type Extension, extensionsValue } from './extension.js'
import { ObjectType, type PackId } from './ids.js'
import { packBlocksMax, textMaxBytes } from './limits.js'
import { idBytes, idFromBytes, type SuspectId, suspectName } from './names.js'
import type { Seals } from './seal.js'
import { openSealedRecord, sealRecord } from './sealed-record.js'
import { readTimestamp, type Timestamp, timestampValue } from './timestamp.js'

/** A pack, and the blocks in it that were found damaged (docs/FORMAT.md §9.6). */
export interface Suspect {
  readonly id: SuspectId
  readonly pack: PackId
  /** Block ordinals; null for all. */
  readonly blocks: readonly number[] | null
  readonly reason: string
  readonly time: Timestamp
  readonly extensions: readonly Extension[]
}

export const sealSuspect = (seals: Seals, suspect: Suspect): Buffer =>
  sealRecord(seals, ObjectType.suspect, suspectName(suspect.id), [
    1,
    idBytes(suspect.id),
    idBytes(suspect.pack),
    suspect.blocks,
    suspect.reason,
    timestampValue(suspect.time),
    extensionsValue(suspect.extensions),
  ])

/** Errors: `corrupt`, `unsupported-version`, `unsupported-feature`. */
export const openSuspect = (seals: Seals, id: SuspectId, sealed: Uint8Array): Suspect =>
  openSealedRecord(seals, ObjectType.suspect, suspectName(id), sealed, 7, (fields) => {
    if (idFromBytes(fields.bytes('id', 16)) !== id) throw fields.corrupt('has another id than its name')
    return {
      id,
      pack: idFromBytes<PackId>(fields.bytes('pack id', 32)),
      blocks: fields.nullable((items) =>
        items.each('blocks', packBlocksMax, (blocks) => blocks.uint('block', packBlocksMax - 1)),
      ),
      reason: fields.text('reason', textMaxBytes),
      time: readTimestamp(fields, 'time'),
    }
  })
