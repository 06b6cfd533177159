import { type PreparedIndex, packTargetBytes, prepareIndex } from './prepare-index.js'
import type { Store } from './store.js'
import { StoreWriter } from './store-writer.js'

export interface OpenedWriter {
  readonly writer: StoreWriter
  readonly prepared: PreparedIndex
}

/**
 * W1, and a writer that deduplicates against what was found; one that may not write counts what it would. A local index that turns out to be damaged while it is loaded
 * has emptied itself: then it is filled again first, since a writer that knows nothing would store everything again.
 */
export const openWriter = async (store: Store, mayWrite: boolean): Promise<OpenedWriter> => {
  const prepared = await prepareIndex(store, mayWrite)
  const { entryCount } = store.index.local
  const writer = writerOf(store, prepared, mayWrite)
  if (store.index.local.entryCount >= entryCount) return { writer, prepared }
  await writer[Symbol.asyncDispose]()
  const again = await prepareIndex(store, mayWrite)
  return { writer: writerOf(store, again, mayWrite), prepared: again }
}

const writerOf = (store: Store, prepared: PreparedIndex, mayWrite: boolean): StoreWriter => {
  const { unusable, storedBytes, unnamed } = prepared
  const writer = new StoreWriter(store, unusable, packTargetBytes(storedBytes), mayWrite)
  for (const { id, directory } of unnamed) if (!unusable.has(id)) writer.assume(directory)
  return writer
}
