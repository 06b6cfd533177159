import { CorruptError, VarveError } from '../errors.js'
import type { Holes } from '../format/entry.js'
import { decodeHoles, encodeHoles, forEachHole, type HoleRanges } from '../format/hole-map.js'
import { type ChunkId, ChunkKind } from '../format/ids.js'
import { holeMapChunkSizeBytes, holeMapInEntryMaxBytes, holeMapMaxBytes } from '../format/limits.js'
import type { NodeSink, NodeSource } from './node-store.js'

/**
 * Stores a hole map where it is too long for the entry (docs/FORMAT.md §7). Errors: `source` above 64 MiB.
 */
export function storeHoles(ranges: HoleRanges, sink: NodeSink): Holes {
  if (ranges.length === 0) return null
  const encoded = encodeHoles(ranges)
  if (encoded.byteLength <= holeMapInEntryMaxBytes) return encoded
  if (encoded.byteLength > holeMapMaxBytes) {
    throw new VarveError('source', `a file has ${ranges.length / 2} holes, which are too many`)
  }
  const ids: ChunkId[] = []
  for (let at = 0; at < encoded.byteLength; at += holeMapChunkSizeBytes) {
    ids.push(sink.put(ChunkKind.list, encoded.subarray(at, at + holeMapChunkSizeBytes)))
  }
  return ids
}

/** Errors: `corrupt`, naming `objectName`, and what the source throws. */
export async function readHoles(
  holes: Holes,
  fileSizeBytes: number,
  source: NodeSource,
  objectName: string,
): Promise<HoleRanges> {
  if (holes === null) return []
  const encoded = holes instanceof Uint8Array ? holes : await gather(holes, source, objectName)
  return decodeHoles(encoded, fileSizeBytes, objectName)
}

/** Reads a hole map only to see that it is one. Errors: as `readHoles`. */
export async function verifyHoles(
  holes: Exclude<Holes, null>,
  fileSizeBytes: number,
  source: NodeSource,
  objectName: string,
): Promise<void> {
  const encoded = holes instanceof Uint8Array ? holes : await gather(holes, source, objectName)
  forEachHole(encoded, fileSizeBytes, objectName, () => {})
}

async function gather(ids: readonly ChunkId[], source: NodeSource, objectName: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for (const [index, id] of ids.entries()) {
    const chunk = await source.get(id, ChunkKind.list)
    const fits =
      index < ids.length - 1
        ? chunk.byteLength === holeMapChunkSizeBytes
        : chunk.byteLength <= holeMapChunkSizeBytes
    if (!fits) throw new CorruptError(objectName, 'has a hole map in chunks of a wrong size')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
