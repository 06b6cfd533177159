import { type ByteString, textOf } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import { FoundEntry } from './found-entry.js'
import { inodeKeyAt } from './inode-key-at.js'
import { type ListedDirectory, listDirectory } from './listed-directory.js'
import { mergeNames } from './merge-names.js'
import { StatColumns, StatOfColumns } from './stat-columns.js'
import { isSkipped, type WalkFilter } from './walk-filter.js'
import type { RootNode, WalkRoot } from './walk-root.js'
import {
  attempt,
  beginOfWalk,
  type OnWalkError,
  type PendingDirectory,
  tellUnseen,
  type WalkLevel,
  type WalkState,
} from './walk-state.js'

/** The directory whose entries are being given. */
interface Open {
  readonly at: PendingDirectory
  readonly listed: ListedDirectory | undefined
  readonly names: Iterator<ByteString>
  /** Its subdirectories that were given so far. */
  readonly below: PendingDirectory[]
}

/**
 * Walks the roots, merged into one tree, in the order of the tree's keys (docs/FORMAT.md §8.1): all entries of a
 * directory sorted bytewise, then its subdirectories in the same order, depth first. Never follows a symbolic link at or
 * below a root. What cannot be read goes to `onError`, and the walk goes on. Holds the names of one directory and,
 * for each level above, the names of its subdirectories. Synchronous: the caller pauses between entries as it likes.
 */
export class Walk implements Disposable {
  readonly #levels: WalkLevel[]
  #open: Open | undefined
  #stats: StatColumns
  #found = 0

  constructor(
    private readonly filter: WalkFilter,
    private readonly onError: OnWalkError,
    { levels }: WalkState,
    /** Room for the attributes of the next entries, after a `takeStats` too. */
    private readonly newStats: () => StatColumns,
  ) {
    this.#levels = levels.map((level) => ({ ...level }))
    this.#stats = newStats()
  }

  /** Where another walk can go on; undefined in the middle of a directory. */
  get state(): WalkState | undefined {
    return this.#open === undefined ? { levels: this.#levels } : undefined
  }

  /** The attributes of the entries that `next` gave since the last call, in their order: as many as there is room for. */
  takeStats(): StatColumns {
    const stats = this.#stats
    this.#stats = this.newStats()
    this.#found = 0
    return stats
  }

  /** Undefined at the end. */
  next(): FoundEntry | undefined {
    for (;;) {
      const entry = this.nextHere()
      if (entry !== undefined || !this.enter()) return entry
    }
  }

  /** The next entry of the directory that was entered last; undefined at its end, and until one was entered. */
  nextHere(): FoundEntry | undefined {
    const open = this.#open
    if (open === undefined) return undefined
    const entry = this.#nextIn(open)
    if (entry === undefined) this.#leave(open)
    return entry
  }

  /** Goes to the next directory. False at the end. To be called once `nextHere` gives no more. */
  enter(): boolean {
    for (let level = this.#levels.at(-1); level !== undefined; level = this.#levels.at(-1)) {
      const at = level.pending[level.next++]
      if (at !== undefined) {
        this.#open = this.#opened(at)
        return true
      }
      this.#levels.pop()
    }
    return false
  }

  [Symbol.dispose](): void {
    this.#open?.listed?.[Symbol.dispose]()
    this.#open = undefined
  }

  #leave({ listed, below }: Open): void {
    listed?.[Symbol.dispose]()
    this.#open = undefined
    if (below.length > 0) this.#levels.push({ pending: below, next: 0 })
  }

  /** The names in a directory: those on the disk if it is walked, and those that lead to roots. */
  #opened(at: PendingDirectory): Open {
    const { diskPath, sizeBytes, node, device } = at
    const roots = node === undefined ? [] : [...node.children.keys()].sort()
    const only = device === undefined ? undefined : this.filter.onlyEntry?.(diskPath)
    const listed =
      device === undefined || only !== undefined
        ? undefined
        : attempt(diskPath, this.onError, () => listDirectory(diskPath, sizeBytes))
    const onDisk = listed?.names ?? (only === undefined ? [] : [only])
    const names = roots.length === 0 ? onDisk : mergeNames(onDisk, roots)
    return { at, listed, names: names[Symbol.iterator](), below: [] }
  }

  #nextIn(open: Open): FoundEntry | undefined {
    const { names, at } = open
    for (let step = names.next(); step.done !== true; step = names.next()) {
      const name = step.value
      const child = at.node?.children.get(name)
      const found = child === undefined ? new FoundEntry(at, name) : this.#atRoot(at, name, child)
      const device = found.elsewhere === undefined ? at.device : undefined
      if (this.#isWanted(found, open, child, device)) {
        this.#goBelow(open, found, child, device)
        return found
      }
    }
    return undefined
  }

  /** Where an entry on the way to a root is on the disk: in its directory, unless a root from elsewhere takes its place. */
  #atRoot(directory: PendingDirectory, name: ByteString, child: RootNode): FoundEntry {
    const own = new FoundEntry(directory, name)
    if (child.diskPath === own.path) return own
    if (directory.device === undefined || inodeKeyAt(own.path) === undefined)
      return new FoundEntry(directory, name, child.diskPath)
    if (!child.whole) return own
    if (inodeKeyAt(own.path) !== inodeKeyAt(child.diskPath))
      this.onError(
        own.path,
        new VarveError('source', `hidden by ${textOf(child.diskPath)}, which has the same place`),
      )
    return new FoundEntry(directory, name, child.diskPath)
  }

  /** Looks at it, unless its name alone says that it is left out. */
  #isWanted(
    found: FoundEntry,
    { listed }: Open,
    node: RootNode | undefined,
    device: bigint | undefined,
  ): boolean {
    // The way to a root has its own attributes, those of a directory, even where it leads through a symbolic link.
    const onTheWay = node !== undefined && !node.whole && device === undefined
    if (!onTheWay && this.filter.excludeName?.(found)) return false
    if (this.#found === this.#stats.capacity) this.takeStats()
    try {
      if (onTheWay) this.#stats.stat(this.#found, found.path)
      else if (listed !== undefined && found.elsewhere === undefined)
        listed.lstat(this.#stats, this.#found, found)
      else this.#stats.lstat(this.#found, found.path)
    } catch (error) {
      tellUnseen(this.onError, found.path, node, error)
      return false
    }
    found.stat = new StatOfColumns(this.#stats, this.#found)
    const isWanted = onTheWay ? this.#isDirectory(found) : !this.#isLeftOut(found, node, device)
    if (isWanted) this.#found++
    return isWanted
  }

  #isLeftOut(found: FoundEntry, node: RootNode | undefined, device: bigint | undefined): boolean {
    const { stat } = found
    return (
      this.#isForeign(stat, node, device) ||
      isSkipped(this.filter, stat) ||
      this.filter.exclude?.(found) === true
    )
  }

  #goBelow(
    { at, below }: Open,
    found: FoundEntry,
    child: RootNode | undefined,
    device: bigint | undefined,
  ): void {
    const { stat, name } = found
    if (child !== undefined && child.children.size > 0 && !this.#isDirectory(found)) return
    if (stat.type !== 'directory') return
    const within = this.#deviceWithin(stat, child, device)
    if (within === undefined && child === undefined) return
    const treePath = (at.treePath === noName ? name : `${at.treePath}/${name}`) as ByteString
    below.push({ diskPath: found.path, treePath, sizeBytes: stat.sizeBytes, node: child, device: within })
  }

  /** The device that the entries of a directory may lie on; undefined if it is not walked. */
  #deviceWithin(
    stat: StatOfColumns,
    node: RootNode | undefined,
    device: bigint | undefined,
  ): bigint | undefined {
    if (node?.whole) return stat.device
    if (device === undefined) return undefined
    return this.filter.oneFileSystem && stat.device !== device ? undefined : stat.device
  }

  /** A file mounted from elsewhere. A directory stays, empty: it is where something is mounted on restore. */
  #isForeign(stat: StatOfColumns, node: RootNode | undefined, device: bigint | undefined): boolean {
    return (
      this.filter.oneFileSystem === true &&
      stat.type !== 'directory' &&
      !node?.whole &&
      device !== undefined &&
      stat.device !== device
    )
  }

  #isDirectory({ path, stat }: FoundEntry): boolean {
    if (stat.type === 'directory') return true
    this.onError(path, new VarveError('source', 'is no directory, although a path given leads through it'))
    return false
  }
}

/** Stats that a walk without batches takes room for at once. */
const statsAtOnce = 256

/**
 * All entries of a walk, one by one.
 * @throws VarveError 'invalid-argument' when two roots want the same place
 */
export function* walk(
  roots: readonly WalkRoot[],
  filter: WalkFilter,
  onError: OnWalkError,
): Generator<FoundEntry, void, undefined> {
  using steps = new Walk(
    filter,
    onError,
    beginOfWalk(roots, filter, onError),
    () => new StatColumns(statsAtOnce),
  )
  for (let entry = steps.next(); entry !== undefined; entry = steps.next()) yield entry
}

const noName = '' as ByteString
