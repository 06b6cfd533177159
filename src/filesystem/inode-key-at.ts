import type { ByteString } from '../bytes/byte-string.js'
import { lstatOf, type Stat } from './stat.js'
import { inodeKeyOf } from './walk-filter.js'

/** As inodeKeyOf of what lies at a path; undefined where nothing can be seen there. `look`: lstatOf or statOf. */
export const inodeKeyAt = (
  path: ByteString,
  look: (path: ByteString) => Stat = lstatOf,
): string | undefined => {
  try {
    return inodeKeyOf(look(path))
  } catch {
    return undefined
  }
}
