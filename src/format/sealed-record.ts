import { type Extension, readExtensions, refuseCriticalExtensions } from './extension.js'
import { type Fields, openRecord } from './fields.js'
import type { ObjectType } from './ids.js'
import { sealedRecordMaxBytes } from './limits.js'
import { encodeRecord, type RecordValue } from './record.js'
import type { Seals } from './seal.js'

/** Every record under a random name ends with its extensions and is bound to the whole name (docs/FORMAT.md §3.9, §9). */
export const sealRecord = (seals: Seals, type: ObjectType, objectName: string, value: RecordValue): Buffer =>
  seals.seal(type, 0, objectName, encodeRecord(value))

/** `read` takes all items between the version and the extensions. Errors: `corrupt`, `unsupported-version`, `unsupported-feature`. */
export function openSealedRecord<T>(
  seals: Seals,
  type: ObjectType,
  objectName: string,
  sealed: Uint8Array,
  items: number,
  read: (fields: Fields) => T,
): T & { readonly extensions: readonly Extension[] } {
  const bytes = seals.open(type, 0, objectName, sealed, objectName)
  const fields = openRecord(bytes, objectName, { version: 1, items, sizeMaxBytes: sealedRecordMaxBytes })
  const record = read(fields)
  const extensions = readExtensions(fields)
  fields.end()
  refuseCriticalExtensions(extensions, objectName)
  return { ...record, extensions }
}
