import type { ChunkReader } from './chunk-reader.js'
import type { Store } from './store.js'

const refreshed = new WeakMap<Store, Promise<void>>()

/** The store's reader, after the local index was brought up to date once for each opened store. */
export const ensureIndex = async (store: Store): Promise<ChunkReader> => {
  let done = refreshed.get(store)
  if (done === undefined) {
    done = store.index.refresh()
    refreshed.set(store, done)
    done.catch(() => refreshed.delete(store))
  }
  await done
  return store.reader
}
