import type { FileContent } from '../../format/entry.js'
import { ChunkKind } from '../../format/ids.js'
import { FilePieces } from '../../tree/list-reader.js'
import type { NodeSource } from '../../tree/node-store.js'
import { spanBytes } from '../../workers/arena.js'

/** The content of a file that was stored a moment ago, as a stream. Errors: `missing`, `corrupt`. */
export async function* readBack(
  reader: NodeSource,
  content: FileContent,
): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = new FilePieces(reader, content)
  while (await pieces.advance()) {
    if (pieces.isExtent) yield* zeros(pieces.lengthBytes)
    else yield await reader.get(pieces.id, ChunkKind.data)
  }
}

function* zeros(lengthBytes: number): Generator<Uint8Array, void, undefined> {
  for (let left = lengthBytes; left > 0; left -= spanBytes) yield new Uint8Array(Math.min(left, spanBytes))
}
