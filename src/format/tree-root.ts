import type { Fields } from './fields.js'
import type { ChunkId } from './ids.js'
import { idSizeBytes, treeLevelsMax } from './limits.js'
import type { RecordValue } from './record.js'

/** Names a whole tree (docs/FORMAT.md §9.4). */
export interface TreeRoot {
  readonly id: ChunkId
  /** 0 where the root is a leaf. */
  readonly level: number
  /** Number of entries. */
  readonly entries: number
  /** Bytes of file content of all entries together. */
  readonly bytes: number
}

export const treeRootValue = ({ id, level, entries, bytes }: TreeRoot): RecordValue => [
  id,
  level,
  entries,
  bytes,
]

export function readTreeRoot(fields: Fields): TreeRoot {
  const root = fields.fields('root', 4)
  return {
    id: root.bytes('root id', idSizeBytes) as ChunkId,
    level: root.uint('level', treeLevelsMax - 1),
    entries: root.uint('number of entries'),
    bytes: root.uint('number of bytes'),
  }
}
