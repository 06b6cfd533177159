import type { ChunkLookup } from '../chunk-index/chunk-lookup.js'
import { ChunkHasher } from '../crypto/chunk-id.js'
import type { ChunkId, ChunkKind } from '../format/ids.js'
import { blockTargetBytes } from '../format/limits.js'

/** Chunks that were hashed and claimed, ready to be sealed. */
export interface GatheredChunks {
  readonly chunkKind: ChunkKind
  readonly bytes: Uint8Array
  readonly lengths: Uint32Array
  readonly ids: Uint8Array
}

/** What the hasher needs before the bytes it hashes (src/crypto/chunk-id.ts). */
const marginBytes = 65

/** Hashes tree and list nodes in the calling thread and hands the new ones on, a block at a time. */
export class NodeGatherer {
  readonly #hasher: ChunkHasher
  #scratch = new Uint8Array(128 * 1024)
  readonly #open = new Map<ChunkKind, OpenChunks>()

  constructor(
    idKey: Uint8Array,
    private readonly lookup: ChunkLookup,
    private readonly handOn: (chunks: GatheredChunks) => void,
  ) {
    this.#hasher = new ChunkHasher(idKey)
  }

  /** Copies the bytes where they are new. */
  put(kind: ChunkKind, bytes: Uint8Array): ChunkId {
    const end = marginBytes + bytes.length
    if (this.#scratch.length < end) this.#scratch = new Uint8Array(2 * end)
    this.#scratch.set(bytes, marginBytes)
    const id = this.#hasher.idOf(kind, this.#scratch, marginBytes, end) as Uint8Array as ChunkId
    if (this.lookup.claim(id) === 'new') this.#add(kind, id, bytes)
    return id
  }

  flush(): void {
    for (const [kind, open] of this.#open) this.#handOn(kind, open)
    this.#open.clear()
  }

  #add(kind: ChunkKind, id: ChunkId, bytes: Uint8Array): void {
    const open = this.#open.get(kind) ?? { parts: [], ids: [], sizeBytes: 0 }
    this.#open.set(kind, open)
    open.parts.push(Uint8Array.from(bytes))
    open.ids.push(id)
    open.sizeBytes += bytes.length
    if (open.sizeBytes < blockTargetBytes) return
    this.#handOn(kind, open)
    this.#open.delete(kind)
  }

  #handOn(chunkKind: ChunkKind, { parts, ids }: OpenChunks): void {
    this.handOn({
      chunkKind,
      bytes: Buffer.concat(parts),
      lengths: Uint32Array.from(parts, (part) => part.length),
      ids: Buffer.concat(ids),
    })
  }
}

interface OpenChunks {
  readonly parts: Uint8Array[]
  readonly ids: ChunkId[]
  sizeBytes: number
}
