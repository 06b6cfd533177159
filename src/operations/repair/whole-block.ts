import type { ChunkHasher } from '../../crypto/chunk-id.js'
import { CorruptError } from '../../errors.js'
import { blockTag, frameSizeBytes, openBody, openFrame } from '../../format/block.js'
import { Codec as BodyCodec, parseBody } from '../../format/block-body.js'
import type { ChunkKind } from '../../format/ids.js'
import { idSizeBytes } from '../../format/limits.js'
import type { Store } from '../../repository/store.js'

/** A block that opened, and what is in it: the ids are recomputed from its bytes. */
export interface WholeBlock {
  readonly kind: ChunkKind
  readonly offsetBytes: number
  readonly sizeBytes: number
  /** 16 bytes. */
  readonly tag: Uint8Array
  readonly chunkSizes: readonly number[]
  /** 32 bytes for each chunk. */
  readonly ids: Uint8Array
}

/** Opens a stored block without help of a directory (docs/FORMAT.md §5.1). Errors: `corrupt`. */
export const openWholeBlock = (
  store: Pick<Store, 'seals' | 'codec'>,
  hasher: ChunkHasher,
  stored: Uint8Array,
  offsetBytes: number,
  name: string,
  expectedKind?: ChunkKind,
): WholeBlock => {
  const frame = openFrame(store.seals, stored, name, expectedKind)
  const body = parseBody(openBody(store.seals, frame, stored.subarray(frameSizeBytes), name), name)
  const content = contentOf(store, body, name)
  const ids = new Uint8Array(idSizeBytes * body.lengths.length)
  let at = 0
  body.lengths.forEach((length, chunk) => {
    ids.set(hasher.idOf(frame.kind, content, at, at + length), idSizeBytes * chunk)
    at += length
  })
  return {
    kind: frame.kind,
    offsetBytes,
    sizeBytes: stored.length,
    tag: Uint8Array.from(blockTag(stored)),
    chunkSizes: [...body.lengths],
    ids,
  }
}

const contentOf = (
  { codec }: Pick<Store, 'codec'>,
  body: ReturnType<typeof parseBody>,
  name: string,
): Buffer => {
  if (body.codec === BodyCodec.stored) return body.payload
  const content = Buffer.allocUnsafe(body.contentSizeBytes)
  try {
    codec.decompress(body.payload, content)
  } catch (cause) {
    throw new CorruptError(name, 'does not decompress to its chunks', { cause })
  }
  return content
}
