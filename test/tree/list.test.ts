import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileContent, ListContent } from '../../src/format/entry.js'
import { type ChunkId, ChunkKind, chunkKey } from '../../src/format/ids.js'
import { encodeListInner, encodeListLeaf } from '../../src/format/list-node.js'
import { PieceWriter } from '../../src/format/pieces.js'
import { FilePieces, type OffsetRange } from '../../src/tree/list-reader.js'
import { ListWriter } from '../../src/tree/list-writer.js'
import type { NodeSource } from '../../src/tree/node-store.js'
import { visitListNodes } from '../../src/tree/walk-lists.js'
import { MemoryNodeStore } from './memory-node-store.js'

/** Length and id of a chunk, or of zeros where the id is undefined. */
interface Piece {
  readonly lengthBytes: number
  readonly id?: number
}

/** An id that looks random; every 100th ends a node as soon as one may end. */
function idOf(seed: number): ChunkId {
  const id = Buffer.alloc(32)
  const mixed = Math.imul(seed + 1, 0x9e3779b1) >>> 0
  id.writeUInt32LE(seed % 100 === 99 ? 5 : (mixed | 0x80_0000) >>> 0, 0)
  id.writeUInt32LE(seed, 4)
  return id as Uint8Array as ChunkId
}

const pieceArbitrary: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ lengthBytes: fc.integer({ min: 1, max: 4_194_304 }), id: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ lengthBytes: fc.integer({ min: 1, max: 2 ** 40 }) }) },
)

const piecesArbitrary = (max: number): fc.Arbitrary<Piece[]> =>
  fc.array(pieceArbitrary, { maxLength: max, size: 'max' })

const manyPieces = (count: number, every = 0): Piece[] =>
  Array.from({ length: count }, (_, index) =>
    every > 0 && index % every === 0 ? { lengthBytes: 7 } : { lengthBytes: 1 + (index % 1000), id: index },
  )

function write(pieces: readonly Piece[], store: MemoryNodeStore): FileContent {
  const writer = new ListWriter(store)
  for (const { lengthBytes, id } of pieces) {
    if (id === undefined) writer.addZeros(lengthBytes)
    else writer.addChunk(idOf(id), lengthBytes)
  }
  return writer.finish()
}

/** The pieces with their offsets, extents that touch as one. */
function located(
  pieces: readonly Piece[],
  { fromOffset = 0, toOffset = Number.MAX_SAFE_INTEGER }: OffsetRange = {},
): string[] {
  const merged: { offset: number; lengthBytes: number; id?: number }[] = []
  let offset = 0
  for (const piece of pieces) {
    const last = merged.at(-1)
    if (piece.id === undefined && last !== undefined && last.id === undefined)
      last.lengthBytes += piece.lengthBytes
    else merged.push({ offset, ...piece })
    offset += piece.lengthBytes
  }
  const empty = fromOffset >= Math.min(toOffset, offset)
  const touches = (piece: { offset: number; lengthBytes: number }): boolean =>
    !empty && piece.offset < toOffset && piece.offset + piece.lengthBytes > fromOffset
  return merged
    .filter(touches)
    .map(
      (piece) =>
        `${piece.offset}+${piece.lengthBytes} ${piece.id === undefined ? 'zeros' : chunkKey(idOf(piece.id))}`,
    )
}

async function read(content: FileContent, source: NodeSource, range?: OffsetRange): Promise<string[]> {
  const pieces = new FilePieces(source, content, range)
  const found: string[] = []
  while (await pieces.advance()) {
    found.push(`${pieces.offset}+${pieces.lengthBytes} ${pieces.isExtent ? 'zeros' : chunkKey(pieces.id)}`)
  }
  return found
}

const sizeOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((total, piece) => total + piece.lengthBytes, 0)

describe('the pieces of a file', () => {
  it('come back as they were added, with adjacent zeros as one', async () => {
    await fc.assert(
      fc.asyncProperty(piecesArbitrary(300), fc.boolean(), async (pieces, asynchronous) => {
        const store = new MemoryNodeStore(asynchronous)
        const content = write(pieces, store)
        expect(content.sizeBytes).toBe(sizeOf(pieces))
        expect(await read(content, store)).toEqual(located(pieces))
      }),
      { numRuns: 100 },
    )
  })

  it('come back for any range', async () => {
    await fc.assert(
      fc.asyncProperty(
        piecesArbitrary(300),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (pieces, x, y) => {
          const store = new MemoryNodeStore()
          const size = sizeOf(pieces)
          const range = { fromOffset: Math.floor(x * size), toOffset: Math.floor(y * size) }
          expect(await read(write(pieces, store), store, range)).toEqual(located(pieces, range))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('stand in the entry up to 640 bytes, and in a list above', () => {
    const chunks = manyPieces(18)
    expect(write(chunks, new MemoryNodeStore())).toMatchObject({ form: 'inline' })
    expect(write([...chunks, { lengthBytes: 1, id: 18 }], new MemoryNodeStore())).toMatchObject({
      form: 'list',
      pieceCount: 19,
    })
    expect(write([], new MemoryNodeStore())).toMatchObject({ form: 'inline', sizeBytes: 0 })
  })

  it('make a list whose nodes end by ids, at 64 pieces or later, and at 2,048 in any case (§7)', async () => {
    const store = new MemoryNodeStore()
    const content = write(manyPieces(5000), store) as ListContent
    const counts: number[] = []
    await visitListNodes(content, store, new Set(), ({ node }) => {
      if (!('children' in node)) counts.push(node.pieceCount)
    })
    expect(counts).toEqual(Array<number>(50).fill(100))
    const uncut = new ListWriter(store)
    for (let index = 0; index < 5000; index++) uncut.addChunk(idOf(index * 100), 10)
    const forced: number[] = []
    await visitListNodes(uncut.finish(), store, new Set(), ({ node }) => {
      if (!('children' in node)) forced.push(node.pieceCount)
    })
    expect(forced).toEqual([2048, 2048, 904])
  })

  it('make one extent of zeros also where a node ends between them', async () => {
    const store = new MemoryNodeStore()
    const writer = new ListWriter(store)
    const pieces: Piece[] = [
      ...Array.from({ length: 2047 }, (_, index) => ({ lengthBytes: 10, id: index * 100 })),
    ]
    pieces.push({ lengthBytes: 5 }, { lengthBytes: 6 }, { lengthBytes: 7, id: 1 })
    for (const piece of pieces) {
      if (piece.id === undefined) writer.addZeros(piece.lengthBytes)
      else writer.addChunk(idOf(piece.id), piece.lengthBytes)
    }
    expect(await read(writer.finish(), store)).toEqual(located(pieces))
  })

  it('make the same list for the same content, and few new nodes for an insertion', async () => {
    const store = new MemoryNodeStore()
    const pieces = manyPieces(50_000)
    expect(write(pieces, store)).toEqual(write(pieces, store))
    const before = store.chunks.size
    write([...pieces.slice(0, 25_000), { lengthBytes: 3, id: 77_777 }, ...pieces.slice(25_000)], store)
    expect(store.chunks.size - before).toBeLessThan(8)
  })

  it('are found at an offset with one node for each level', async () => {
    const store = new MemoryNodeStore()
    const pieces = manyPieces(50_000, 50)
    const content = write(pieces, store)
    const middle = Math.floor(content.sizeBytes / 2)
    store.forgetReads()
    const range = { fromOffset: middle, toOffset: middle + 1 }
    expect(await read(content, store, range)).toEqual(located(pieces, range))
    expect(store.reads.length).toBeLessThanOrEqual(3)
  })

  it('leave the writer empty for the next file', () => {
    const store = new MemoryNodeStore()
    const writer = new ListWriter(store)
    writer.addZeros(10)
    writer.finish()
    writer.addZeros(4)
    writer.discard()
    expect(writer.finish()).toMatchObject({ form: 'inline', sizeBytes: 0, pieces: Buffer.alloc(0) })
  })

  it('are walked node by node, each once over all files', async () => {
    const store = new MemoryNodeStore()
    const contents = [write(manyPieces(5000), store), write(manyPieces(5100), store)]
    const seen = new Set<string>()
    let visits = 0
    for (const content of contents) await visitListNodes(content, store, seen, () => void visits++)
    expect(visits).toBe(store.chunks.size)
    expect(seen).toEqual(new Set(store.chunks.keys()))
  })
})

describe('malformed lists', () => {
  const store = new MemoryNodeStore()
  const leaf = (pieces: readonly Piece[]) => {
    const writer = new PieceWriter()
    for (const { lengthBytes, id } of pieces) {
      if (id === undefined) writer.appendExtent(lengthBytes)
      else writer.appendChunk(idOf(id), lengthBytes)
    }
    const id = store.put(ChunkKind.list, encodeListLeaf(writer.bytes()))
    return { id, coveredBytes: writer.coveredBytes, pieceCount: writer.count }
  }
  const inner = (level: number, children: ReturnType<typeof leaf>[]) => ({
    id: store.put(ChunkKind.list, encodeListInner(level, children)),
    coveredBytes: sizeOf(children.map((child) => ({ lengthBytes: child.coveredBytes }))),
    pieceCount: sizeOf(children.map((child) => ({ lengthBytes: child.pieceCount }))),
  })
  const contentOf = (node: ReturnType<typeof leaf>): ListContent => ({
    form: 'list',
    sizeBytes: node.coveredBytes,
    root: node.id,
    pieceCount: node.pieceCount,
    holes: null,
  })
  const chunk = { lengthBytes: 10, id: 1 }
  const zeros = { lengthBytes: 10 }
  const refuse = async (content: ListContent): Promise<void> => {
    await expect(read(content, store)).rejects.toMatchObject({ code: 'corrupt' })
    await expect(visitListNodes({ ...content }, store, new Set(), () => {})).rejects.toMatchObject({
      code: 'corrupt',
    })
  }

  it('are refused where the size or the number of pieces is another (I-11, I-15)', async () => {
    const good = contentOf(inner(1, [leaf([chunk]), leaf([zeros])]))
    expect((await read(good, store)).length).toBe(2)
    await refuse({ ...good, sizeBytes: 21 })
    await refuse({ ...good, pieceCount: 3 })
  })

  it('are refused where a child is not what its parent says (I-11)', async () => {
    await refuse(contentOf(inner(1, [{ ...leaf([chunk]), coveredBytes: 11 }])))
    await refuse(contentOf(inner(1, [{ ...leaf([chunk]), pieceCount: 2 }])))
    await refuse(contentOf(inner(2, [leaf([chunk])])))
  })

  it('are refused where extents are adjacent across nodes', async () => {
    const content = contentOf(inner(2, [inner(1, [leaf([chunk, zeros])]), inner(1, [leaf([zeros])])]))
    await expect(read(content, store)).rejects.toMatchObject({ code: 'corrupt' })
  })
})
