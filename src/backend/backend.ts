/**
 * A place that keeps named immutable objects: the only way in which a repository reaches its storage.
 *
 * Promises that every backend keeps, and that contract-cases.ts puts to the test:
 *
 * 1. Atomic: an object is visible under its name with all its bytes, or not at all. Nobody ever sees a part of one.
 * 2. Create-only: bytes under a name never change. Creating an existing name throws `exists`, and of several that
 *    create one name at the same time exactly one succeeds.
 * 3. Durable: when `create`, `publishStaged` or `remove` resolves, its effect survives a power cut. When one of the
 *    first two throws `exists`, the object that is there does. So awaiting one call before starting the next is enough
 *    to order them (docs/FORMAT.md §11).
 * 4. A call that failed otherwise may still have happened, wholly. Whoever repeats a create takes `exists` into account.
 * 5. Lists: an object that exists during the whole call is listed at least once; one that comes or goes meanwhile may
 *    be listed or not. What is no object (temporaries, foreign files) is never listed.
 * 6. Buffers given to a call belong to it until its promise settles. Buffers that a call returns are the caller's, each
 *    with an ArrayBuffer of its own, so that they can be transferred to a thread.
 * 7. Calls may overlap without limit; a backend bounds its own resources.
 *
 * Names are those of object-name.ts. A malformed name throws `invalid-argument` and touches nothing.
 */
export interface Backend extends AsyncDisposable {
  /** What a person would type to open this backend again; goes into messages. Holds no secret. */
  readonly location: string

  readonly abilities: BackendAbilities

  /** Stores `data` (its parts in sequence) under a new name. Errors: `exists`, `no-space`, `read-only`, `backend`. */
  create(name: string, data: Uint8Array | readonly Uint8Array[]): Promise<void>

  /**
   * Makes an empty private file that will become an object of `folder`, and returns its absolute path. A thread fills
   * it through StagedFileWriter. It ends with exactly one publishStaged or discardStaged, or when the backend is
   * disposed of.
   */
  openStaging(folder: string): Promise<string>

  /**
   * Turns a filled staging file, whose writer is closed, into the object `name`; `sizeBytes` is what was written to it
   * (anything else in the file is `corrupt`). Whatever the outcome, the staging file is gone afterwards: a file that
   * could not be made durable is never tried again. Further errors as for `create`.
   */
  publishStaged(path: string, name: string, sizeBytes: number): Promise<void>

  /** Drops a staging file. May be called twice, and after publishStaged. */
  discardStaged(path: string): Promise<void>

  /** The whole object. Errors: `missing`, `corrupt` (not a readable object), `backend`. */
  read(name: string): Promise<Buffer>

  /**
   * Exactly `lengthBytes` bytes from `offsetBytes` on. An object that ends earlier is `corrupt`; `missing` as in `read`.
   * An object that another process removed a moment ago may still be read.
   */
  readRange(name: string, offsetBytes: number, lengthBytes: number): Promise<Buffer>

  /** The last `lengthBytes` bytes, or all of a smaller object, and the object's whole size. */
  readTail(name: string, lengthBytes: number): Promise<ObjectTail>

  /** Where threads may read the object's bytes themselves, with openObjectFile; only where `abilities.localFiles`. */
  localPathOf(name: string): string | undefined

  /** The objects of one folder, in no order. A folder that was never written to is empty. */
  list(folder: string): AsyncIterable<ListedObject>

  /** Every folder that has an object, in order; folders without one may be among them. */
  listFolders(): Promise<string[]>

  /** Every name at the top, in order: objects, folders, and what is neither; temporaries aside. */
  listTop(): Promise<string[]>

  /** Size in bytes. Errors: `missing`, `corrupt`. */
  size(name: string): Promise<number>

  /**
   * An object that was found, and that perhaps a process which died had made, survives a power cut once this resolves: its bytes
   * were durable before it got its name, but the name need not be. Whoever makes others rely on it asks for this first.
   */
  makeDurable(name: string): Promise<void>

  /** Removes an object; to remove what does not exist is no error. */
  remove(name: string): Promise<void>

  /**
   * Removes what crashed writers left half-written: temporaries whose last change is at least `olderThanMs` before
   * `nowMs` (milliseconds since 1970, by the storage's clock), and younger ones whose process is known to have ended.
   * Returns how many. Files staged here are never touched.
   */
  clearAbandonedTemporaries(olderThanMs: number, nowMs: number): Promise<number>

  /** Discards what is staged and closes what is open. No other call may run or follow. May be called twice. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface BackendAbilities {
  /** Promise 2 is kept by the storage itself, also against other hosts. */
  readonly createOnly: boolean
  /** A list shows every object whose creation had resolved anywhere before the list began. */
  readonly strongLists: boolean
  /** `localPathOf` answers. */
  readonly localFiles: boolean
}

export interface ListedObject {
  /** The full name, as `read` takes it. */
  readonly name: string
  readonly sizeBytes: number
  /** Milliseconds since 1970, by the storage's clock. */
  readonly modifiedMs: number
}

export interface ObjectTail {
  readonly bytes: Buffer
  /** Size of the whole object. */
  readonly sizeBytes: number
}
