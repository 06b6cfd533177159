import { VarveError } from '../errors.js'
import type { Fields } from './fields.js'
import type { RecordValue } from './record.js'

/** What a later version added to an entry or record (docs/FORMAT.md §1). Version 1 knows none, and keeps them all. */
export interface Extension {
  readonly id: number
  /** Who does not know it must not use the entry or record. */
  readonly critical: boolean
  readonly bytes: Uint8Array
}

export const noExtensions: readonly Extension[] = Object.freeze([])

export const extensionsValue = (extensions: readonly Extension[]): RecordValue =>
  extensions.map(({ id, critical, bytes }) => [id, critical, bytes])

export function readExtensions(fields: Fields): readonly Extension[] {
  let previous = -1
  return fields.each('extensions', 65_536, (items) => {
    const item = items.fields('extension', 3)
    const id = item.uint('extension id')
    if (id <= previous) throw items.corrupt('extension ids do not ascend')
    previous = id
    return {
      id,
      critical: item.boolean('critical'),
      bytes: item.bytesUpTo('extension bytes', item.sizeMaxBytes),
    }
  })
}

/** Whether the entry or record must not be used by who does not know all of its extensions, as this version does not. */
export const hasCriticalExtension = (extensions: readonly Extension[]): boolean =>
  extensions.some(({ critical }) => critical)

/** Errors: `unsupported-feature` where an extension is critical, since this version knows none. */
export function refuseCriticalExtensions(extensions: readonly Extension[], objectName: string): void {
  for (const { id, critical } of extensions) {
    if (!critical) continue
    throw new VarveError(
      'unsupported-feature',
      `${objectName}: needs extension ${id}, which this version does not know`,
      {
        hint: 'Use the version of varve that wrote it, or a newer one.',
      },
    )
  }
}
