import type { ByteString } from '../../bytes/byte-string.js'
import { VarveError } from '../../errors.js'
import { type Attributes, applyAttributesToFd } from '../../filesystem/attributes.js'
import type { SafeDirectory } from '../../filesystem/safe-directory.js'
import { fstatOf, type Stat } from '../../filesystem/stat.js'
import { readXattrsOfFd } from '../../filesystem/xattrs.js'
import { reasonOf } from '../../workers/restore-file.js'
import { isRestoreTemporary } from '../../workers/restore-temporary.js'
import { decide } from './decide.js'
import { DiskNames } from './disk-names.js'
import { removeTree } from './remove-tree.js'
import type { RestoreContext } from './restore-context.js'
import { type Owner, TargetDirectory } from './target-directory.js'
import { TargetFrame } from './target-frame.js'
import type { TreePart } from './tree-part.js'
import { withoutWhatNewHas } from './without-what-new-has.js'

type OnExtra = (name: ByteString) => void

/** Opens the target's directories as the walk comes to them, and makes those that are missing. */
export class DirectoryOpener {
  readonly #open = new Set<TargetDirectory>()

  constructor(
    private readonly context: RestoreContext,
    private readonly part: TreePart,
  ) {}

  get openCount(): number {
    return this.#open.size
  }

  /** The frame of the target itself. `target`: undefined in a dry run where there is none. */
  top(
    target: SafeDirectory | undefined,
    isNew: boolean,
    extraOf: (frame: TargetFrame) => OnExtra,
  ): TargetFrame {
    const { base, attributes, isWhole } = this.part
    const prefix = base === '' ? '' : `${base.replaceAll('/', '\0')}\0`
    const frame = new TargetFrame(prefix, base, undefined, {
      name: base,
      attributes,
      selected: isWhole ? 'yes' : 'passed',
    })
    this.#opened(frame, target, isNew, extraOf(frame))
    return frame
  }

  /**
   * Sets the frame's target, and that of those above it that were not needed before; null where it cannot be. The names of
   * those above were passed unseen, so that nothing says which of them the snapshot has: none is told as an extra one.
   */
  open(frame: TargetFrame, onExtra: OnExtra = ignored): void {
    if (frame.target !== undefined) return
    const parent = frame.parent!
    this.open(parent)
    frame.target = null
    if (parent.target === null || parent.target === undefined) return
    try {
      this.#openIn(parent.target, frame, onExtra)
    } catch (error) {
      if (error instanceof VarveError && error.code !== 'in-the-way') throw error
      this.context.tally.problem(frame.path, 'target', reasonOf(error))
    }
  }

  /** Opens a directory before its first name, if it is there; where it is not, or cannot be opened, `open` sees to it when needed. */
  openIfThere(frame: TargetFrame, onExtra: OnExtra): void {
    const parent = frame.parent?.target
    if (parent === null || parent === undefined || parent.isNew) return
    const found = parent.safe?.lstat(frame.own.name)
    if (found?.type !== 'directory' || this.part.isProtected(found)) return
    try {
      this.#openExisting(parent, frame, found, onExtra)
    } catch {
      frame.target = undefined
    }
  }

  /** Whether a directory must not be deleted; it is told then. */
  #isKept(found: Stat, path: ByteString): boolean {
    const { isProtected, isSource } = this.part
    const what = isProtected(found)
      ? 'is the repository or the cache'
      : isSource(found)
        ? 'is what the snapshot was made of'
        : undefined
    if (what === undefined) return false
    this.context.tally.problem(path, 'target', `${what}, and is not deleted`)
    return true
  }

  /** Makes room where a directory has the name of something else: an empty one goes, a full one only with `delete`. */
  clear(directory: TargetDirectory, name: ByteString, path: ByteString): boolean {
    const { tally, options, isDry } = this.context
    const safe = directory.safe!
    if (options.delete) return this.remove(safe, name, path)
    try {
      if (!isDry) safe.removeDirectory(name)
      else if (!isEmpty(safe, name)) throw new Error('not empty')
      return true
    } catch {
      tally.problem(path, 'target', 'a directory that is not empty is in its place')
      return false
    }
  }

  /** With everything below it; a dry run only tells. Says whether all of it is gone. */
  remove(safe: SafeDirectory, name: ByteString, path: ByteString): boolean {
    const { tally, isDry } = this.context
    return removeTree(safe, name, path, {
      isDry,
      isProtected: (found, below) => this.#isKept(found, below),
      onRemoved: (removed, { sizeBytes, type }) => tally.deleted(removed, type === 'file' ? sizeBytes : 0),
      onFailure: (failed, error) => tally.problem(failed, 'target', `cannot be deleted: ${reasonOf(error)}`),
    })
  }

  /** After a failure, when nothing is under way. */
  closeAll(): void {
    for (const directory of this.#open) directory.safe?.close()
    this.#open.clear()
  }

  #openIn(parent: TargetDirectory, frame: TargetFrame, onExtra: OnExtra): void {
    const { name } = frame.own
    const found = parent.isNew ? undefined : parent.safe?.lstat(name)
    if (found === undefined) this.#create(parent, frame, onExtra)
    else if (found.type === 'directory') this.#openExisting(parent, frame, found, onExtra)
    else this.#replace(parent, frame, found, onExtra)
  }

  #replace(parent: TargetDirectory, frame: TargetFrame, found: Stat, onExtra: OnExtra): void {
    const { options, tally, isDry } = this.context
    const wanted = {
      mtimeNs: frame.own.attributes?.mtimeNs ?? 0n,
      sizeBytes: undefined,
      isAlike: false,
      isDoubtful: false,
    }
    const decision = decide(wanted, found, options.overwrite)
    if (decision === 'conflict') this.context.inTheWay(frame.path)
    else if (decision === 'skip') tally.skipped(frame.path, 0)
    else {
      if (!isDry) parent.safe!.unlink(frame.own.name)
      this.#create(parent, frame, onExtra)
    }
  }

  #create(parent: TargetDirectory, frame: TargetFrame, onExtra: OnExtra): void {
    const safe = this.context.isDry ? undefined : parent.safe!.openDirectory(frame.own.name, { create: true })
    this.#opened(frame, safe, true, onExtra, parent)
    this.context.tally.directory('created', frame.path)
  }

  #openExisting(parent: TargetDirectory, frame: TargetFrame, found: Stat, onExtra: OnExtra): void {
    if (this.part.isProtected(found)) {
      this.context.tally.problem(frame.path, 'target', 'is the repository or the cache, and stays as it is')
      return
    }
    const safe = parent.safe!.openDirectory(frame.own.name, { create: false })
    this.#opened(frame, safe, false, onExtra, parent)
    this.context.tally.directory('unchanged', frame.path)
  }

  #opened(
    frame: TargetFrame,
    safe: SafeDirectory | undefined,
    isNew: boolean,
    onExtra: OnExtra,
    parent?: TargetDirectory,
  ): void {
    const isLeftAlone =
      this.context.isDry ||
      (!isNew && (this.context.options.overwrite === 'never' || frame.own.selected !== 'yes'))
    const givesAcl =
      isNew && parent !== undefined ? parent.givesAcl : safe !== undefined && this.#givesAcl(safe)
    const ownerOfNew = isNew && !givesAcl && safe !== undefined ? ownerOfNewIn(safe) : undefined
    const wanted = frame.own.attributes
    const lacking =
      wanted !== undefined && isNew && parent !== undefined
        ? withoutWhatNewHas(wanted, { givesAcl, ownerOfNew })
        : wanted
    const target: TargetDirectory = new TargetDirectory(
      frame.path,
      safe,
      isNew,
      givesAcl,
      ownerOfNew,
      isLeftAlone ? undefined : lacking,
      parent,
      (directory, attributes, path) => this.#apply(directory, attributes, path),
      () => this.#open.delete(target),
    )
    this.#open.add(target)
    frame.target = target
    if (!isNew && safe !== undefined) frame.names = new DiskNames(this.#namesIn(safe), onExtra)
  }

  /** Without what an interrupted restore left, which goes. */
  #namesIn(safe: SafeDirectory): ByteString[] {
    const names = safe.list()
    const temporaries = names.filter(isRestoreTemporary)
    if (temporaries.length === 0) return names
    if (!this.context.isDry) for (const name of temporaries) safe.unlink(name)
    return names.filter((name) => !isRestoreTemporary(name))
  }

  #givesAcl(safe: SafeDirectory): boolean {
    return readXattrsOfFd(safe.fd).some(([name]) => name === 'system.posix_acl_default')
  }

  #apply(directory: SafeDirectory, attributes: Attributes, path: ByteString): void {
    applyAttributesToFd(directory.fd, path, attributes, ({ attribute, error }) => {
      if (attribute === 'owner' && this.context.ignoresOwners) return
      this.context.tally.problem(path, 'attribute', `${attribute}: ${reasonOf(error)}`)
    })
  }
}

const ignored: OnExtra = () => undefined

const isEmpty = (parent: SafeDirectory, name: ByteString): boolean => {
  using directory = parent.openDirectory(name, { create: false })
  return directory.list().length === 0
}

/**
 * A directory that was just made with mode 0700 and has it: the file system keeps modes, and without setgid whatever is made
 * in it gets the owner that the directory itself got.
 */
const ownerOfNewIn = ({ fd }: SafeDirectory): Owner | undefined => {
  const { mode, uid, gid } = fstatOf(fd)
  return mode === 0o700 ? { uid, gid } : undefined
}
