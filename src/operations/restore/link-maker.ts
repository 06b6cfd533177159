import { type ByteString, textOf } from '../../bytes/byte-string.js'
import { VarveError } from '../../errors.js'
import type { SafeDirectory } from '../../filesystem/safe-directory.js'
import { errorCodeOf } from '../../filesystem/system-error.js'
import { contentSizeBytesOf, type Entry, EntryType } from '../../format/entry.js'
import { reasonOf } from '../../workers/restore-file.js'
import type { FirstName } from './hard-links.js'
import { openBelow } from './open-below.js'
import type { RestoreContext } from './restore-context.js'
import type { TargetDirectory } from './target-directory.js'

/** Makes room where a directory is; says whether there is room now. */
export type ClearPlace = (directory: TargetDirectory, name: ByteString, path: ByteString) => boolean

export interface LinkWork {
  readonly first: FirstName
  readonly directory: TargetDirectory
  readonly name: ByteString
  readonly path: ByteString
  readonly entry: Entry
}

/** Gives inodes their further names, once the first is right. */
export class LinkMaker {
  readonly #tasks = new Set<Promise<void>>()
  #failure: unknown
  #isGivenUp = false
  /** Links come in crowds: the directory of the first names is mostly that of the last one. */
  #source: { readonly path: ByteString; readonly safe: SafeDirectory } | undefined

  constructor(
    private readonly context: RestoreContext,
    private readonly target: SafeDirectory | undefined,
    private readonly base: ByteString,
    private readonly clear: ClearPlace,
  ) {}

  get waitingCount(): number {
    return this.#tasks.size
  }

  /** The directory stays open until it is done. */
  add(work: LinkWork): void {
    work.directory.hold()
    const task = work.first.isRight
      .then((isRight) => this.#link(work, isRight))
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => {
        this.#tasks.delete(task)
        work.directory.release()
      })
    this.#tasks.add(task)
  }

  async end(): Promise<void> {
    await this.#settle()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Resolves when nothing is under way; makes no link any more. */
  async giveUp(): Promise<void> {
    this.#isGivenUp = true
    await this.#settle()
    this.#source?.safe.close()
    this.#source = undefined
  }

  async #settle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.allSettled([...this.#tasks])
  }

  #link(work: LinkWork, isRight: boolean): void {
    if (this.#isGivenUp) return
    const { tally } = this.context
    const { path, entry, first } = work
    if (!isRight) {
      tally.problem(path, 'data', `is a further name of ${textOf(first.name)}, which was not restored`)
      return
    }
    try {
      const action = this.#linkNow(work)
      if (action === undefined) return
      if (entry.type === EntryType.file) tally.file(action, path, contentSizeBytesOf(entry))
      else tally.other(action, path)
    } catch (error) {
      if (error instanceof VarveError || errorCodeOf(error) === '') throw error
      tally.problem(path, 'target', `cannot be linked: ${reasonOf(error)}`)
    }
  }

  #linkNow({ first, directory, name, path }: LinkWork): 'created' | 'replaced' | 'unchanged' | undefined {
    const { isDry } = this.context
    const found = directory.isNew ? undefined : directory.safe?.lstat(name)
    if (found === undefined && isDry) return 'created'
    const safe = directory.safe!
    const source = first.directory === directory.path ? safe : this.#sourceAt(first.directory)
    if (found === undefined) {
      source!.createLink(first.name, safe, name)
      return 'created'
    }
    const linked = source?.lstat(first.name)
    if (linked?.inode === found.inode && linked.device === found.device) return 'unchanged'
    if (found.type === 'directory' && !this.clear(directory, name, path)) return undefined
    if (isDry) return 'replaced'
    const temporary = this.context.temporaryName()
    source!.createLink(first.name, safe, temporary)
    safe.rename(temporary, safe, name)
    return 'replaced'
  }

  /** Undefined in a dry run where it does not exist. */
  #sourceAt(path: ByteString): SafeDirectory | undefined {
    if (this.#source?.path === path) return this.#source.safe
    this.#source?.safe.close()
    this.#source = undefined
    const below = (this.base === '' ? path : path.slice(this.base.length + 1)) as ByteString
    try {
      const safe = openBelow(this.target!, below)
      this.#source = { path, safe }
      return safe
    } catch (error) {
      if (this.context.isDry) return undefined
      throw error
    }
  }
}
