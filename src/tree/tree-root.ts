import type { ChunkId } from '../format/ids.js'

/** A whole tree, as a snapshot names it (docs/FORMAT.md §9.4). */
export interface TreeRoot {
  readonly id: ChunkId
  /** 0 where the root is a leaf. */
  readonly level: number
  /** Number of entries. */
  readonly entries: number
  /** Bytes of file content of all entries together. */
  readonly bytes: number
}
