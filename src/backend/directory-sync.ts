import { open } from 'node:fs/promises'
import { tolerating } from './file-system-error.js'

/**
 * Makes directory entries durable. Calls for one directory share their fsyncs: each promise resolves after an fsync
 * that started after its call, and while one runs, all newcomers wait together for the next.
 */
export class DirectorySync {
  readonly #byFolder = new Map<string, SharedSync>()

  /** Rejects with the raw system error; then the entries' durability is unknown, and a repeat would not tell. */
  sync(folder: string): Promise<void> {
    const shared = this.#byFolder.get(folder)
    if (shared === undefined) return this.#start(folder)
    shared.next ??= shared.running.then(
      () => this.#start(folder),
      () => this.#start(folder),
    )
    return shared.next
  }

  #start(folder: string): Promise<void> {
    const shared: SharedSync = { running: syncFolder(folder), next: undefined }
    this.#byFolder.set(folder, shared)
    const forget = (): void => {
      if (shared.next === undefined) this.#byFolder.delete(folder)
    }
    shared.running.then(forget, forget)
    return shared.running
  }
}

interface SharedSync {
  readonly running: Promise<void>
  next: Promise<void> | undefined
}

/** Some network and FUSE file systems cannot sync a directory, and say so by these; they keep entries by other means. */
const cannotSync = ['EINVAL', 'ENOTSUP', 'ENOSYS', 'EBADF']

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await tolerating(cannotSync, handle.sync(), undefined)
  } finally {
    await handle.close()
  }
}
