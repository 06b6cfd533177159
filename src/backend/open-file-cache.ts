import { closeFile, type OpenObjectFile, openObjectFile } from './regular-file.js'

/**
 * Keeps the files that were read last open: a restore reads many ranges of one pack, and an open costs more than a
 * small read. An object never changes, so neither does what an open file shows. At most `filesMax` stay open while
 * idle; files being read at this moment come on top.
 */
export class OpenFileCache {
  /** In the order of last use: a Map iterates as it was filled. */
  readonly #entries = new Map<string, Entry>()
  readonly #closing = new Set<Promise<void>>()

  constructor(private readonly filesMax: number) {}

  /** Runs `use` on the open file. Rejects as openObjectFile and `use` do. */
  async with<T>(path: string, name: string, use: (file: OpenObjectFile) => Promise<T>): Promise<T> {
    const entry = this.#take(path, name)
    try {
      return await use(await entry.file)
    } finally {
      entry.usersCount -= 1
      if (entry.dropped) this.#closeIdle(entry)
      else this.#trim()
    }
  }

  /** Forgets one file: it was removed. */
  drop(path: string): void {
    const entry = this.#entries.get(path)
    if (entry !== undefined) this.#evict(path, entry)
  }

  /** Closes everything; files in use follow when their readers are done. May be called twice. */
  async close(): Promise<void> {
    for (const [path, entry] of this.#entries) this.#evict(path, entry)
    await Promise.all(this.#closing)
  }

  #take(path: string, name: string): Entry {
    const entry = this.#entries.get(path) ?? {
      file: openObjectFile(path, name),
      usersCount: 0,
      dropped: false,
    }
    entry.usersCount += 1
    this.#entries.delete(path)
    this.#entries.set(path, entry)
    if (entry.usersCount === 1) entry.file.catch(() => this.#forgetFailed(path, entry))
    return entry
  }

  #forgetFailed(path: string, entry: Entry): void {
    if (this.#entries.get(path) === entry) this.#entries.delete(path)
  }

  #trim(): void {
    if (this.#entries.size <= this.filesMax) return
    for (const [path, entry] of this.#entries) {
      if (entry.usersCount > 0) continue
      this.#evict(path, entry)
      if (this.#entries.size <= this.filesMax) return
    }
  }

  #evict(path: string, entry: Entry): void {
    this.#entries.delete(path)
    entry.dropped = true
    this.#closeIdle(entry)
  }

  #closeIdle(entry: Entry): void {
    if (entry.usersCount > 0) return
    const closing = entry.file.then(
      ({ fd }) => closeFile(fd),
      () => undefined,
    )
    this.#closing.add(closing)
    const done = (): boolean => this.#closing.delete(closing)
    closing.then(done, done)
  }
}

interface Entry {
  readonly file: Promise<OpenObjectFile>
  usersCount: number
  dropped: boolean
}
