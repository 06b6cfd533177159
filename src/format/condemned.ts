import { type Extension, extensionsValue } from './extension.js'
import { ObjectType, type PackId } from './ids.js'
import { type CondemnedId, condemnedName, idBytes, idFromBytes } from './names.js'
import type { Seals } from './seal.js'
import { openSealedRecord, sealRecord } from './sealed-record.js'
import { readTimestamp, type Timestamp, timestampValue } from './timestamp.js'

/** So many fit into a record of 16 MiB. */
const condemnedPacksMax = 450_000

/** The packs that one collector intends to delete (docs/FORMAT.md §9.6). */
export interface Condemned {
  readonly id: CondemnedId
  readonly packs: readonly PackId[]
  readonly time: Timestamp
  readonly extensions: readonly Extension[]
}

export const sealCondemned = (seals: Seals, condemned: Condemned): Buffer =>
  sealRecord(seals, ObjectType.condemned, condemnedName(condemned.id), [
    1,
    idBytes(condemned.id),
    condemned.packs.map(idBytes),
    timestampValue(condemned.time),
    extensionsValue(condemned.extensions),
  ])

/** Errors: `corrupt`, `unsupported-version`, `unsupported-feature`. */
export const openCondemned = (seals: Seals, id: CondemnedId, sealed: Uint8Array): Condemned =>
  openSealedRecord(seals, ObjectType.condemned, condemnedName(id), sealed, 5, (fields) => {
    if (idFromBytes(fields.bytes('id', 16)) !== id) throw fields.corrupt('has another id than its name')
    return {
      id,
      packs: fields.each('packs', condemnedPacksMax, (items) =>
        idFromBytes<PackId>(items.bytes('pack id', 32)),
      ),
      time: readTimestamp(fields, 'time'),
    }
  })
