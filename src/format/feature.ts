import { openArray } from './fields.js'
import { featureMaxBytes } from './limits.js'
import { encodeRecord } from './record.js'

/** What a feature is needed for (docs/FORMAT.md §13). */
export interface Feature {
  readonly toRead: boolean
  readonly toWrite: boolean
  readonly toCollect: boolean
}

export const encodeFeature = ({ toRead, toWrite, toCollect }: Feature): Buffer =>
  encodeRecord([1, Number(toRead) | (Number(toWrite) << 1) | (Number(toCollect) << 2)])

/**
 * In the clear, so whoever can write to the storage can write one. A record that is not understood at all needs
 * everything. Errors: `corrupt`.
 */
export function decodeFeature(bytes: Uint8Array, objectName: string): Feature {
  const fields = openArray(bytes, objectName, featureMaxBytes)
  if (fields.uint('record version') > 1) return { toRead: true, toWrite: true, toCollect: true }
  const need = fields.uint('need', 7)
  fields.end()
  return { toRead: (need & 1) !== 0, toWrite: (need & 2) !== 0, toCollect: (need & 4) !== 0 }
}
