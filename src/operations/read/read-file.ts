import { type ByteString, textOf } from '../../bytes/byte-string.js'
import { VarveError } from '../../errors.js'
import { type FileContent, isFileContent } from '../../format/entry.js'
import { refuseCriticalExtensions } from '../../format/extension.js'
import type { StoredEntry } from '../../format/stored-entry.js'
import { ensureIndex } from '../../repository/ensure-index.js'
import { type Reference, resolveReference } from '../../repository/resolve-reference.js'
import type { Store } from '../../repository/store.js'
import { requireNothingLost } from '../../snapshot/entry-loss.js'
import { fileContent } from '../../snapshot/file-content.js'
import { findEntry } from '../../snapshot/find-entry.js'
import { typeTextOf } from '../../snapshot/listed-entry.js'
import { shortIdOf } from '../../snapshot/snapshot-summary.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'

export interface ReadFileOptions {
  /** Offset of the first byte; 0 where it is absent. */
  readonly start?: number | undefined
  /** Offset behind the last byte; the file's end where it is absent or beyond it. */
  readonly end?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The bytes of one file. Reads the tree's path to it and the blocks that hold the range, a few blocks ahead of the
 * consumer. The buffers may be shared with the store's cache: they must not be changed.
 * Errors: `not-found`, `ambiguous`, `invalid-argument` (not a file, no range), `corrupt` (also where the range touches what a
 * repair could not bring back), `missing`, `unsupported-feature`, `interrupted`.
 */
export async function* readFile(
  store: Store,
  reference: Reference,
  options: ReadFileOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const range = rangeOf(options)
  const { snapshot, path } = await resolveReference(store, reference)
  const shown = `${shortIdOf(snapshot.id)}:${textOf(path)}`
  if (path === '')
    throw notAFile(`the root of snapshot ${shortIdOf(snapshot.id)}`, 'a directory', listHint(shown))
  const reader = await ensureIndex(store)
  const entry = await findEntry(reader, snapshot, path)
  const content = contentOf(entry, shown)
  requireNothingLost(entry, range, shown)
  for await (const bytes of fileContent(reader, content, range, shown)) {
    throwIfAborted(options.signal)
    yield bytes
  }
}

const rangeOf = ({ start = 0, end }: ReadFileOptions): { fromOffset: number; toOffset?: number } => {
  const isOffset = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
  if (!isOffset(start) || (end !== undefined && (!isOffset(end) || end < start)))
    throw new VarveError('invalid-argument', `${start} to ${end ?? 'the end'} is no range of a file`)
  return end === undefined ? { fromOffset: start } : { fromOffset: start, toOffset: end }
}

const contentOf = (entry: StoredEntry, shown: string): FileContent => {
  refuseCriticalExtensions(entry.extensions, shown)
  const { content } = entry
  if (isFileContent(content)) return content
  const isLink = typeof content === 'string'
  const what = isLink ? `a symlink to ${textOf(content as ByteString)}` : typeTextOf(entry)
  throw notAFile(shown, what, isLink ? 'Name the file that it points to.' : listHint(shown))
}

const listHint = (shown: string): string =>
  `varve ls ${shown.replace(/:$/, '')} lists it, and varve cat ${shown} --archive tar gives it as an archive.`

const notAFile = (shown: string, what: string, hint: string): VarveError =>
  new VarveError('invalid-argument', `${shown} is ${what}, not a file`, { hint })
