import type { FileContent } from '../../format/entry.js'
import type { ChunkId } from '../../format/ids.js'
import { piecesInEntryMaxBytes } from '../../format/limits.js'
import { PieceCursor } from '../../format/pieces.js'
import { storeHoles } from '../../tree/hole-store.js'
import { ListWriter } from '../../tree/list-writer.js'
import type { NodeSink } from '../../tree/node-store.js'

/** Puts the pieces of one file together, span by span, into what its entry holds. Memory: one list node a level. */
export class ContentBuilder {
  readonly #list: ListWriter
  readonly #holes: number[] = []

  constructor(private readonly sink: NodeSink) {
    this.#list = new ListWriter(sink)
  }

  addPieces(packed: Uint8Array): void {
    const cursor = new PieceCursor(packed, 'new file')
    while (cursor.next()) {
      if (cursor.isExtent) this.#list.addZeros(cursor.lengthBytes)
      else this.#list.addChunk(Uint8Array.from(cursor.id) as ChunkId, cursor.lengthBytes)
    }
  }

  /** Flat [start, length, …] in order; a hole that goes on where the last one ended is joined to it. */
  addHoles(ranges: readonly number[]): void {
    const holes = this.#holes
    for (let at = 0; at < ranges.length; at += 2) {
      const start = ranges[at]!
      const length = ranges[at + 1]!
      if (holes.length > 0 && holes.at(-2)! + holes.at(-1)! === start) holes[holes.length - 1]! += length
      else holes.push(start, length)
    }
  }

  finish(): FileContent {
    return this.#list.finish(storeHoles(this.#holes, this.sink))
  }
}

/** The content of a file whose pieces came all at once. Short ones are taken as they are. */
export const contentOf = (
  packed: Uint8Array,
  sizeBytes: number,
  holes: readonly number[],
  sink: NodeSink,
): FileContent => {
  if (packed.length <= piecesInEntryMaxBytes && holes.length === 0)
    return { form: 'inline', sizeBytes, pieces: packed, holes: null }
  const builder = new ContentBuilder(sink)
  builder.addPieces(packed)
  builder.addHoles(holes)
  return builder.finish()
}
