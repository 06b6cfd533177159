import type { ByteString } from '../../bytes/byte-string.js'
import { VarveError } from '../../errors.js'
import { closeFile, openRegularFile } from '../../filesystem/read-file.js'
import { fstatOf, type Stat } from '../../filesystem/stat.js'
import { readXattrsOfFd, type Xattr } from '../../filesystem/xattrs.js'
import type { FileContent } from '../../format/entry.js'
import type { StoreWriter } from '../../repository/store-writer.js'
import type { SpanSource, SpanToken, StoredSpan } from '../../workers/jobs.js'
import { ContentBuilder } from './content-builder.js'

/** A large file that changes while it is read is read again once; then it is stored as it was read. */
const attemptsMax = 2

export interface StoredFile {
  readonly content: FileContent
  /** As it was when it was read. */
  readonly stat: Stat
  readonly xattrs: readonly Xattr[]
  readonly stable: boolean
}

export interface SpanEvents {
  readonly signal: AbortSignal | undefined
  readonly onBytes: (bytes: number) => void
}

/** Stores one large file, span by span on whatever threads are free. */
export const storeLargeFile = async (
  writer: StoreWriter,
  path: ByteString,
  readXattrs: boolean,
  events: SpanEvents,
): Promise<StoredFile> => {
  const { fd, stat } = openRegularFile(path)
  try {
    let before = stat
    for (let attempt = 1; ; attempt++) {
      const xattrs = readXattrs ? readXattrsOfFd(fd) : []
      const { sizeBytes, allocatedBytes } = before
      const content = await storeSpans(writer, () => ({ fd, sizeBytes, allocatedBytes }), before.uid, events)
      const after = fstatOf(fd)
      const stable = content.sizeBytes === after.sizeBytes && isUntouched(before, after)
      if (stable || attempt === attemptsMax)
        return { content, stat: { ...before, sizeBytes: content.sizeBytes }, xattrs, stable }
      before = after
    }
  } finally {
    closeFile(fd)
  }
}

const isUntouched = (before: Stat, after: Stat): boolean =>
  before.sizeBytes === after.sizeBytes && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs

/**
 * Runs span after span: the next one begins as soon as the token of the one before says where. Pieces are put together in
 * order, and no more spans are under way than there are threads, since a token comes from a span that is being worked on.
 */
export const storeSpans = async (
  writer: StoreWriter,
  sourceAt: (offset: number) => SpanSource | Promise<SpanSource>,
  owner: number,
  events: SpanEvents,
): Promise<FileContent> => {
  const builder = new ContentBuilder(writer)
  let assembled = Promise.resolve()
  let token: SpanToken = { nextOffset: 0, inZeroRun: false, ended: false, cutShort: false }
  while (!token.ended) {
    if (events.signal?.aborted) throw new VarveError('interrupted', 'stopped before the file was finished')
    const { nextOffset: offset, inZeroRun } = token
    const source = await sourceAt(offset)
    await writer.room()
    const { next, stored } = startSpan(writer, { source, owner, offset, inZeroRun })
    assembled = assembled.then(async () => {
      const { pieces, holes } = await stored
      builder.addPieces(pieces)
      builder.addHoles(holes)
    })
    assembled.catch(ignore)
    token = await Promise.race([next, stored.then(() => next)])
    events.onBytes(token.nextOffset - offset)
  }
  await assembled
  return builder.finish()
}

const startSpan = (
  writer: StoreWriter,
  span: { source: SpanSource; owner: number; offset: number; inZeroRun: boolean },
): { next: Promise<SpanToken>; stored: Promise<StoredSpan> } => {
  let pass!: (token: SpanToken) => void
  const next = new Promise<SpanToken>((resolve) => {
    pass = resolve
  })
  return { next, stored: writer.storeSpan(span, pass) }
}

/** The failure is thrown where `assembled` is awaited, or by the writer before. */
const ignore = (): void => {}
