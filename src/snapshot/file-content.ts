import { CorruptError } from '../errors.js'
import type { FileContent } from '../format/entry.js'
import { ChunkKind, hexOf } from '../format/ids.js'
import { FilePieces, type OffsetRange } from '../tree/list-reader.js'
import type { NodeSource } from '../tree/node-store.js'

/** Chunks asked for ahead of the one that is given: a few blocks' worth, far below what the reader keeps. */
const aheadMaxBytes = 4 * 1024 * 1024
const aheadMaxPieces = 256

const zeros = Buffer.alloc(256 * 1024)

interface Asked {
  /** Undefined for zeros. */
  readonly bytes: Promise<Uint8Array> | Uint8Array | undefined
  /** Of the piece, which part is wanted. */
  readonly start: number
  readonly end: number
  readonly lengthBytes: number
}

/**
 * A file's bytes, or a range of them, in order. Only the list nodes and chunks that touch the range are read. The buffers are
 * views that others may share: they must not be changed. `objectName` is what errors call the file.
 * Errors: `corrupt`, and what the source throws.
 */
export async function* fileContent(
  source: NodeSource,
  content: FileContent,
  range: OffsetRange,
  objectName: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = new FilePieces(source, content, range, objectName)
  const from = range.fromOffset ?? 0
  const to = Math.min(range.toOffset ?? content.sizeBytes, content.sizeBytes)
  const queue: Asked[] = []
  let aheadBytes = 0
  let isMore = true
  while (isMore || queue.length > 0) {
    while (isMore && aheadBytes < aheadMaxBytes && queue.length < aheadMaxPieces) {
      isMore = await pieces.advance()
      if (!isMore) break
      const asked = ask(source, pieces, from, to, objectName)
      if (asked.bytes !== undefined) aheadBytes += asked.lengthBytes
      queue.push(asked)
    }
    const next = queue.shift()
    if (next === undefined) return
    if (next.bytes === undefined) {
      yield* zerosOf(next.end - next.start)
      continue
    }
    aheadBytes -= next.lengthBytes
    yield (await next.bytes).subarray(next.start, next.end)
  }
}

const ask = (source: NodeSource, pieces: FilePieces, from: number, to: number, objectName: string): Asked => {
  const { offset, lengthBytes, isExtent } = pieces
  const start = Math.max(0, from - offset)
  const end = Math.min(lengthBytes, to - offset)
  if (isExtent) return { bytes: undefined, start, end, lengthBytes }
  const { id } = pieces
  const bytes = source.get(id, ChunkKind.data)
  const check = (chunk: Uint8Array): Uint8Array => {
    if (chunk.byteLength === lengthBytes) return chunk
    throw new CorruptError(
      objectName,
      `says ${lengthBytes} bytes of chunk ${hexOf(id)}, which has ${chunk.byteLength}`,
    )
  }
  if (!(bytes instanceof Promise)) return { bytes: check(bytes), start, end, lengthBytes }
  const checked = bytes.then(check)
  // Whoever comes to this piece gets the error; until then it is nobody's.
  checked.catch(() => {})
  return { bytes: checked, start, end, lengthBytes }
}

function* zerosOf(lengthBytes: number): Generator<Uint8Array, void, undefined> {
  for (let left = lengthBytes; left > 0; left -= zeros.length)
    yield zeros.subarray(0, Math.min(left, zeros.length))
}
