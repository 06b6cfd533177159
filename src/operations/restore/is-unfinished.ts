import type { Attributes } from '../../filesystem/attributes.js'
import type { Stat } from '../../filesystem/stat.js'
import { unfinishedMode } from '../../workers/restore-temporary.js'

/** A file that an interrupted restore began under its own name (docs/decisions/0010): it is in nobody's way. */
export const isUnfinished = (found: Stat, wanted: Attributes): boolean =>
  found.type === 'file' && found.mode === unfinishedMode && wanted.mode !== unfinishedMode
