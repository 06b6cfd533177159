import { type ByteString, textOf } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import { namesOf } from './directory-names.js'
import { lstatOf, type Stat, statOf } from './stat.js'
import { inodeKeyOf, type WalkEntry, type WalkFilter } from './walk-filter.js'
import { mergeRoots, type RootNode, type WalkRoot } from './walk-root.js'

export type OnWalkError = (path: ByteString, error: unknown) => void

/** A directory whose entries were found and whose own entries are still to come. */
interface Pending {
  readonly diskPath: ByteString
  readonly treePath: ByteString
  readonly sizeBytes: number
  /** Set only where roots lie in it. */
  readonly node: RootNode | undefined
  /** Undefined for the way to a root: only the entries that lead to it are taken. */
  readonly device: bigint | undefined
}

/** A directory whose entries were yielded and whose subdirectories follow. */
interface Level {
  readonly pending: readonly Pending[]
  next: number
}

/**
 * Walks the roots, merged into one tree, in the order of the tree's keys (docs/FORMAT.md §8.1): all entries of a
 * directory sorted bytewise, then its subdirectories in the same order, depth first. Never follows a symbolic link at or
 * below a root. What cannot be read goes to `onError`, and the walk goes on. Holds the names of one directory and,
 * for each level above, the names of its subdirectories. Synchronous: the caller pauses between entries as it likes.
 * @throws VarveError 'invalid-argument' when two roots want the same place
 */
export function* walk(
  roots: readonly WalkRoot[],
  filter: WalkFilter,
  onError: OnWalkError,
): Generator<WalkEntry, void, undefined> {
  const walker = new Walker(filter, onError)
  const top = yield* walker.entries(walker.top(mergeRoots(roots)))
  const stack: Level[] = [{ pending: top, next: 0 }]
  while (stack.length > 0) {
    const level = stack.at(-1)!
    const pending = level.pending[level.next++]
    if (pending === undefined) {
      stack.pop()
      continue
    }
    const below = yield* walker.entries(pending)
    if (below.length > 0) stack.push({ pending: below, next: 0 })
  }
}

class Walker {
  readonly #filter: WalkFilter
  readonly #onError: OnWalkError

  constructor(filter: WalkFilter, onError: OnWalkError) {
    this.#filter = filter
    this.#onError = onError
  }

  top(node: RootNode): Pending {
    const stat = node.whole ? this.#attempt(node.diskPath, statOf) : undefined
    const device = stat?.type === 'directory' && !this.#isSkipped(stat) ? stat.device : undefined
    return { diskPath: node.diskPath, treePath: noName, sizeBytes: stat?.sizeBytes ?? 0, node, device }
  }

  /** Yields the entries of one directory and returns those to descend into. */
  *entries(directory: Pending): Generator<WalkEntry, Pending[], undefined> {
    const { treePath, node } = directory
    const below: Pending[] = []
    for (const name of this.#names(directory)) {
      const child = node?.children.get(name)
      const { path, device } = this.#placeOf(directory, name, child)
      const entry = this.#entry({ path, directory: treePath, name }, child, device)
      if (entry === undefined) continue
      yield entry
      const within = this.#deviceWithin(entry.stat, child, device)
      if (entry.stat.type !== 'directory') {
        if (child !== undefined && child.children.size > 0) this.#notADirectory(path)
      } else if (within !== undefined || child !== undefined) {
        const childTreePath = (treePath === noName ? name : `${treePath}/${name}`) as ByteString
        const { sizeBytes } = entry.stat
        below.push({ diskPath: path, treePath: childTreePath, sizeBytes, node: child, device: within })
      }
    }
    return below
  }

  /** Where an entry is on the disk: in its directory, unless a root from elsewhere takes its place. */
  #placeOf(
    directory: Pending,
    name: ByteString,
    child: RootNode | undefined,
  ): { path: ByteString; device: bigint | undefined } {
    const { device } = directory
    const own = joined(directory.diskPath, name)
    if (child === undefined || child.diskPath === own) return { path: own, device }
    if (device === undefined || !fileExists(own)) return { path: child.diskPath, device: undefined }
    if (!child.whole) return { path: own, device }
    if (!isSameFile(own, child.diskPath))
      this.#onError(
        own,
        new VarveError('source', `hidden by ${textOf(child.diskPath)}, which has the same place`),
      )
    return { path: child.diskPath, device: undefined }
  }

  /** The names in a directory: those on the disk if it is walked, and those that lead to roots. */
  #names({ diskPath, sizeBytes, node, device }: Pending): Iterable<ByteString> {
    const roots = node === undefined ? [] : [...node.children.keys()].sort()
    if (device === undefined) return roots
    const only = this.#filter.onlyEntry?.(diskPath)
    const onDisk = only === undefined ? this.#attempt(diskPath, (path) => namesOf(path, sizeBytes)) : [only]
    return roots.length === 0 ? (onDisk ?? []) : merged(onDisk ?? [], roots)
  }

  #entry(
    found: { path: ByteString; directory: ByteString; name: ByteString },
    node: RootNode | undefined,
    device: bigint | undefined,
  ): WalkEntry | undefined {
    const { path, directory, name } = found
    // The way to a root has its own attributes, those of a directory, even where it leads through a symbolic link.
    const onTheWay = node !== undefined && !node.whole && device === undefined
    if (!onTheWay && this.#filter.excludeName?.(found)) return undefined
    const stat = this.#attempt(path, onTheWay ? statOf : lstatOf)
    if (stat === undefined) return undefined
    const entry = { path, directory, name, stat }
    if (onTheWay) return stat.type === 'directory' ? entry : this.#notADirectory(path)
    if (this.#isForeign(stat, node, device) || this.#isSkipped(stat)) return undefined
    return this.#filter.exclude?.(entry) ? undefined : entry
  }

  /** The device that the entries of a directory may lie on; undefined if it is not walked. */
  #deviceWithin(stat: Stat, node: RootNode | undefined, device: bigint | undefined): bigint | undefined {
    if (node?.whole) return stat.device
    if (device === undefined) return undefined
    return this.#filter.oneFileSystem && stat.device !== device ? undefined : stat.device
  }

  /** A file mounted from elsewhere. A directory stays, empty: it is where something is mounted on restore. */
  #isForeign(stat: Stat, node: RootNode | undefined, device: bigint | undefined): boolean {
    return (
      this.#filter.oneFileSystem === true &&
      stat.type !== 'directory' &&
      !node?.whole &&
      device !== undefined &&
      stat.device !== device
    )
  }

  #isSkipped(stat: Stat): boolean {
    const skip = this.#filter.skip
    return skip !== undefined && skip.size > 0 && stat.type === 'directory' && skip.has(inodeKeyOf(stat))
  }

  #notADirectory(path: ByteString): undefined {
    this.#onError(path, new VarveError('source', 'is no directory, although a path given leads through it'))
  }

  #attempt<Result>(path: ByteString, read: (path: ByteString) => Result): Result | undefined {
    try {
      return read(path)
    } catch (error) {
      this.#onError(path, error)
      return undefined
    }
  }
}

const noName = '' as ByteString

const fileExists = (path: ByteString): boolean => inodeKeyAt(path) !== undefined

const isSameFile = (left: ByteString, right: ByteString): boolean => inodeKeyAt(left) === inodeKeyAt(right)

const inodeKeyAt = (path: ByteString): string | undefined => {
  try {
    return inodeKeyOf(lstatOf(path))
  } catch {
    return undefined
  }
}

const joined = (directory: ByteString, name: ByteString): ByteString => {
  if (directory === '.') return name
  return (directory.endsWith('/') ? directory + name : `${directory}/${name}`) as ByteString
}

/** Two sorted lists of names as one, each name once. */
function* merged(
  left: Iterable<ByteString>,
  right: readonly ByteString[],
): Generator<ByteString, void, undefined> {
  let at = 0
  for (const name of left) {
    while (at < right.length && right[at]! < name) yield right[at++]!
    if (right[at] === name) at++
    yield name
  }
  while (at < right.length) yield right[at++]!
}
