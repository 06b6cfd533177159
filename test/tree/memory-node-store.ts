import { createHmac } from 'node:crypto'
import { CorruptError } from '../../src/errors.js'
import { type ChunkId, type ChunkKind, chunkKey, hexOf } from '../../src/format/ids.js'
import type { NodeSink, NodeSource } from '../../src/tree/node-store.js'

/** Nodes in memory, with a count of what was asked for. */
export class MemoryNodeStore implements NodeSink, NodeSource {
  readonly chunks = new Map<string, { kind: ChunkKind; bytes: Uint8Array }>()
  /** Ids of the nodes read since the last `forgetReads`, in order. */
  readonly reads: string[] = []
  puts = 0

  constructor(
    readonly asynchronous = false,
    readonly idKey: Uint8Array = new Uint8Array(32),
  ) {}

  put(kind: ChunkKind, bytes: Uint8Array): ChunkId {
    this.puts++
    const id = this.idOf(kind, bytes)
    if (!this.chunks.has(chunkKey(id))) this.chunks.set(chunkKey(id), { kind, bytes: Uint8Array.from(bytes) })
    return id
  }

  get(id: ChunkId, kind: ChunkKind): Uint8Array | Promise<Uint8Array> {
    this.reads.push(chunkKey(id))
    const chunk = this.chunks.get(chunkKey(id))
    if (chunk === undefined || chunk.kind !== kind) {
      const error = new CorruptError(`chunk ${hexOf(id)}`, 'missing')
      if (this.asynchronous) return Promise.reject(error)
      throw error
    }
    return this.asynchronous ? Promise.resolve(chunk.bytes) : chunk.bytes
  }

  forgetReads(): void {
    this.reads.length = 0
  }

  idOf(kind: ChunkKind, bytes: Uint8Array): ChunkId {
    return createHmac('sha256', this.idKey)
      .update(Uint8Array.of(kind))
      .update(bytes)
      .digest() as Uint8Array as ChunkId
  }
}
