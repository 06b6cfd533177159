import { EntryType } from '../../format/entry.js'
import { ensureIndex } from '../../repository/ensure-index.js'
import { type Reference, resolveReference } from '../../repository/resolve-reference.js'
import type { Store } from '../../repository/store.js'
import { findEntry } from '../../snapshot/find-entry.js'
import { type ListedEntry, listedEntryOf } from '../../snapshot/listed-entry.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import { listDirectory, subtree } from '../../tree/tree-reader.js'

export interface EntriesOptions {
  /** Everything below the directory, not only what stands in it. */
  readonly recursive?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The entries of a directory, or the entry itself where it is none. In tree order: the entries of a directory stand
 * together, sorted by their bytes, and what its subdirectories have follows them.
 * Errors: `not-found`, `ambiguous`, `corrupt`, `missing`, `interrupted`.
 */
export async function* entries(
  store: Store,
  reference: Reference,
  { recursive = false, signal }: EntriesOptions = {},
): AsyncGenerator<ListedEntry, void, undefined> {
  const { snapshot, path } = await resolveReference(store, reference)
  const reader = await ensureIndex(store)
  if (path !== '') {
    const entry = await findEntry(reader, snapshot, path)
    if (entry.type !== EntryType.directory) return yield listedEntryOf(entry)
  }
  const cursor = (recursive ? subtree : listDirectory)(reader, snapshot.root, path)
  for (;;) {
    const advanced = cursor.advance()
    if (advanced instanceof Promise) throwIfAborted(signal)
    if (!(await advanced)) return
    yield listedEntryOf(cursor.entry)
  }
}
