import type { FileContent } from '../../format/entry.js'
import { PieceCursor } from '../../format/pieces.js'
import { FilePieces } from '../../tree/list-reader.js'
import type { NodeSource } from '../../tree/node-store.js'
import type { ContentPiece } from './file-work.js'

/** The pieces of a file that is not large. A promise only where a node must be read. Errors: `corrupt`, `missing`. */
export const allPieces = (
  source: NodeSource,
  content: FileContent,
): ContentPiece[] | Promise<ContentPiece[]> => {
  if (content.form === 'inline') return inlinePieces(content.pieces)
  const all: ContentPiece[] = []
  const done = readPieces(new FilePieces(source, content), all)
  return done === undefined ? all : done.then(() => all)
}

/** The pieces of a file whose pieces stand in its entry. */
export const inlinePieces = (pieces: Uint8Array): ContentPiece[] => {
  const all: ContentPiece[] = []
  const cursor = new PieceCursor(pieces, 'file content')
  for (let offset = 0; cursor.next(); offset += cursor.lengthBytes)
    all.push({ offset, length: cursor.lengthBytes, id: cursor.isExtent ? undefined : cursor.id })
  return all
}

const readPieces = (pieces: FilePieces, into: ContentPiece[]): Promise<void> | undefined => {
  for (;;) {
    const more = pieces.advance()
    if (more instanceof Promise)
      return more.then((is) => {
        if (!is) return undefined
        into.push(pieceAt(pieces))
        return readPieces(pieces, into)
      })
    if (!more) return undefined
    into.push(pieceAt(pieces))
  }
}

const pieceAt = ({ offset, lengthBytes, isExtent, id }: FilePieces): ContentPiece => ({
  offset,
  length: lengthBytes,
  id: isExtent ? undefined : id,
})

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
    group.push(pieceAt(pieces))
    if (!pieces.isExtent) bytes += pieces.lengthBytes
    if (bytes < groupBytes && group.length < groupPieces) continue
    yield group
    group = []
    bytes = 0
  }
  if (group.length > 0) yield group
}
