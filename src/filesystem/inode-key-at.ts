import type { ByteString } from '../bytes/byte-string.js'
import { lstatOf } from './stat.js'
import { inodeKeyOf } from './walk-filter.js'

/** As inodeKeyOf of what lies at a path; undefined where nothing can be seen there. */
export const inodeKeyAt = (path: ByteString): string | undefined => {
  try {
    return inodeKeyOf(lstatOf(path))
  } catch {
    return undefined
  }
}
