import type { FileContent } from '../../format/entry.js'
import { PieceCursor } from '../../format/pieces.js'
import { FilePieces } from '../../tree/list-reader.js'
import type { NodeSource } from '../../tree/node-store.js'
import type { ContentPiece } from './file-work.js'

/** The pieces of a file whose pieces stand in its entry. */
export const inlinePieces = (pieces: Uint8Array): ContentPiece[] => {
  const all: ContentPiece[] = []
  const cursor = new PieceCursor(pieces, 'file content')
  for (let offset = 0; cursor.next(); offset += cursor.lengthBytes)
    all.push({ offset, length: cursor.lengthBytes, id: cursor.isExtent ? undefined : cursor.id })
  return all
}

/** So much of a file is planned at once; its blocks are opened in the order of their packs. */
const groupBytes = 64 * 1024 * 1024
const groupPieces = 16_384

/** The pieces of any file, in groups. Errors: `corrupt`, `missing`. */
export async function* piecesInGroups(
  source: NodeSource,
  content: FileContent,
): AsyncGenerator<ContentPiece[], void, undefined> {
  const pieces = new FilePieces(source, content)
  let group: ContentPiece[] = []
  let bytes = 0
  for (;;) {
    const more = pieces.advance()
    if (!(more instanceof Promise ? await more : more)) break
    const { offset, lengthBytes: length, isExtent } = pieces
    group.push({ offset, length, id: isExtent ? undefined : pieces.id })
    if (!isExtent) bytes += length
    if (bytes < groupBytes && group.length < groupPieces) continue
    yield group
    group = []
    bytes = 0
  }
  if (group.length > 0) yield group
}
