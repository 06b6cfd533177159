import type { ByteString } from '../../bytes/byte-string.js'
import type { Attributes } from '../../filesystem/attributes.js'
import type { Stat } from '../../filesystem/stat.js'
import type { TreeCursor } from '../../tree/tree-cursor.js'
import type { Selection } from './selection.js'

/** What one pass over a snapshot brings to the target. */
export interface TreePart {
  readonly cursor: TreeCursor
  /** The directory in the snapshot whose entries go directly into the target. */
  readonly base: ByteString
  /** Of that directory, where they are to be the target's. */
  readonly attributes: Attributes | undefined
  /** All that the directory has, not one entry of it. */
  readonly isDirectory: boolean
  readonly selection: Selection
  /** Nothing is left out but what patterns exclude. */
  readonly isWhole: boolean
  /** The repository and the cache: nothing is written to them or deleted. */
  readonly isProtected: (found: Stat) => boolean
  /** What the snapshot was made of, where it lies on this machine: the only other copy is not deleted. */
  readonly isSource: (found: Stat) => boolean
}
