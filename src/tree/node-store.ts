import type { ChunkId, ChunkKind } from '../format/ids.js'

/** Where tree nodes, list nodes and hole maps go. */
export interface NodeSink {
  /** Takes one chunk. The caller may write over `bytes` as soon as this returns. */
  put(kind: ChunkKind, bytes: Uint8Array): ChunkId
}

/** Where they come from. */
export interface NodeSource {
  /**
   * The chunk of that id, its id recomputed (I-9). The bytes stay as they are for as long as anybody holds
   * them. A value at hand is returned as it is: this is the hot path, and a promise for each node would be
   * most of its cost.
   */
  get(id: ChunkId, kind: ChunkKind): Promise<Uint8Array> | Uint8Array
}
