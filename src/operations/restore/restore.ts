import { randomBytes } from 'node:crypto'
import { type ByteString, byteStringOfText, textOf } from '../../bytes/byte-string.js'
import type { RandomSource } from '../../crypto/random-source.js'
import { VarveError } from '../../errors.js'
import { processOwner } from '../../filesystem/host.js'
import { inodeKeyAt } from '../../filesystem/inode-key-at.js'
import { openFilesLimit } from '../../filesystem/open-files-limit.js'
import { statOf } from '../../filesystem/stat.js'
import { inodeKeyOf } from '../../filesystem/walk-filter.js'
import { hexOf } from '../../format/ids.js'
import { Captured, type Snapshot } from '../../format/snapshot.js'
import type { ChunkReader } from '../../repository/chunk-reader.js'
import { ensureIndex } from '../../repository/ensure-index.js'
import { resolveReference } from '../../repository/resolve-reference.js'
import type { Store } from '../../repository/store.js'
import { restoreTemporaryPrefix } from '../../workers/restore-temporary.js'
import { AttributeMaker } from './attributes-of.js'
import { ChunkLocator } from './chunk-locator.js'
import { openBelow } from './open-below.js'
import { openLimits } from './open-limits.js'
import { isAsRestored, type OpenedTarget, openTarget } from './open-target.js'
import type { RestoreContext } from './restore-context.js'
import { openEngine, type RestoreEngine } from './restore-engine.js'
import type { RestoreOptions, RestoreReport } from './restore-options.js'
import { selectionOf } from './selection.js'
import { partOf, type SnapshotPart } from './snapshot-part.js'
import { sourcePathsOf } from './source-paths.js'
import { Tally } from './tally.js'
import type { TreePart } from './tree-part.js'
import { TreeRestorer } from './tree-restorer.js'
import { Verifier } from './verify.js'

const inTheWayShown = 5

/**
 * Brings a directory into line with a snapshot or a part of one. What is right already is not written again, so that an
 * interrupted restore is finished by running it again. What cannot be restored is told and left out; the rest is restored.
 * Errors: `not-found`, `ambiguous`, `in-the-way` and `unsafe-target` (nothing was written then), `no-space`, `read-only`,
 * `interrupted`, `corrupt` (the snapshot or its tree's root), `backend`.
 */
export const restore = async (
  store: Store,
  options: RestoreOptions,
  engineOf: typeof openEngine = openEngine,
  random: RandomSource = randomBytes,
): Promise<RestoreReport> => {
  const startNs = store.now()
  const reader = await ensureIndex(store)
  const { snapshot, path } = await resolveReference(store, options.snapshot)
  const protectedInodes = protectedBy(store)
  const temporaryPrefix = restoreTemporaryPrefix(hexOf(random(8)))
  const setup = { seals: store.seals.material, idKey: store.keys.keyring.idKey, temporaryPrefix }
  await using engine = engineOf(store, setup)
  const attributes = new AttributeMaker(
    reader,
    !options.noOwnership,
    (snapshot.captured & Captured.xattrs) !== 0,
    processOwner(),
  )
  const part = await partOf(reader, snapshot, path, attributes)
  const target = openTarget(byteStringOfText(options.target), protectedInodes, options.dryRun ?? false)
  const restoring = new Restoring(store, options, {
    reader,
    engine,
    attributes,
    temporaryPrefix,
    protectedInodes,
    sourceInodes: inodesOf(sourcePathsOf(snapshot)),
  })
  using _closing = closing(target)
  try {
    if (options.overwrite === undefined && !target.isNew) await restoring.lookWhatIsInTheWay(part, target)
    const tally = await restoring.run(part, target)
    return reportOf(tally, snapshot, Number(store.now() - startNs) / 1e6)
  } catch (error) {
    throw namingTarget(error, options.target)
  }
}

interface Parts {
  readonly reader: ChunkReader
  readonly engine: RestoreEngine
  readonly attributes: AttributeMaker
  readonly temporaryPrefix: ByteString
  readonly protectedInodes: ReadonlySet<string>
  readonly sourceInodes: ReadonlySet<string>
}

class Restoring {
  #temporaries = 0
  #isCompared = false

  constructor(
    private readonly store: Store,
    private readonly options: RestoreOptions,
    private readonly parts: Parts,
  ) {}

  /** Goes over everything without writing. Errors: `in-the-way`, naming the first few. */
  async lookWhatIsInTheWay(part: SnapshotPart, target: OpenedTarget): Promise<void> {
    const found: ByteString[] = []
    const isEnough = (): boolean => found.length > inTheWayShown
    const { snapshot, target: path, include, exclude, signal } = this.options
    const quiet: RestoreOptions = {
      snapshot,
      target: path,
      ...(include && { include }),
      ...(exclude && { exclude }),
      ...(signal && { signal }),
    }
    const tally = new Tally({}, undefined)
    const context = this.#context(quiet, tally, 'first look', (at) => found.push(at))
    const checkAborted = (): void => {
      context.checkAborted()
      if (isEnough()) throw inTheWay(path, found)
    }
    await this.#walk({ ...context, checkAborted }, part, target)
    this.#isCompared = true
    if (found.length > 0) throw inTheWay(path, found)
  }

  async run(part: SnapshotPart, target: OpenedTarget): Promise<Tally> {
    const { options } = this
    const tally = new Tally(options, part.totals)
    const context = this.#context(options, tally, options.dryRun ? 'dry run' : 'restore', (path) =>
      tally.problem(path, 'target', 'something different is in its place'),
    )
    await this.#walk(context, part, target)
    if (options.verify && !context.isDry && target.directory !== undefined) {
      const selection = selectionOf(options.include, options.exclude)
      await new Verifier(context, target.directory, part.base, selection).run(part.cursor())
    }
    return tally
  }

  async #walk(
    context: RestoreContext,
    { base, attributes, isDirectory, cursor }: SnapshotPart,
    target: OpenedTarget,
  ): Promise<void> {
    const { include, exclude } = context.options
    const takes = target.takesAttributes || (attributes !== undefined && isAsRestored(target, attributes))
    const part: TreePart = {
      cursor: cursor(),
      base,
      attributes: takes ? attributes : undefined,
      isDirectory,
      selection: selectionOf(include, exclude),
      isWhole: include === undefined || include.length === 0,
      isProtected: (found) => this.parts.protectedInodes.has(inodeKeyOf(found)),
      isSource: (found) => this.parts.sourceInodes.has(inodeKeyOf(found)),
    }
    const own = target.directory && openBelow(target.directory, '' as ByteString)
    await new TreeRestorer(context, part, own, target.isNew).run()
  }

  #context(
    options: RestoreOptions,
    tally: Tally,
    pass: 'first look' | 'dry run' | 'restore',
    inTheWay: (path: ByteString) => void,
  ): RestoreContext {
    const { reader, engine, attributes, temporaryPrefix } = this.parts
    return {
      store: this.store,
      reader,
      engine,
      attributes,
      options,
      tally,
      isDry: pass !== 'restore',
      isFirstLook: pass === 'first look',
      isCompared: this.#isCompared,
      inTheWay,
      ...openLimits(openFilesLimit()),
      locator: new ChunkLocator(this.store.index.local, reader),
      ignoresOwners: processOwner().uid !== 0,
      temporaryName: () => `${temporaryPrefix}m${this.#temporaries++}` as ByteString,
      checkAborted: () => {
        if (options.signal?.aborted) throw interrupted()
      },
    }
  }
}

const protectedBy = ({ backend, cacheFolder }: Store): Set<string> => {
  const folders = backend.abilities.localFiles ? [backend.location, cacheFolder] : [cacheFolder]
  return inodesOf(folders.map(byteStringOfText))
}

/** What is not there protects nothing. */
const inodesOf = (paths: readonly ByteString[]): Set<string> =>
  new Set(paths.flatMap((path) => inodeKeyAt(path, statOf) ?? []))

const closing = ({ directory }: OpenedTarget): Disposable => ({ [Symbol.dispose]: () => directory?.close() })

const inTheWay = (target: string, found: readonly ByteString[]): VarveError => {
  const names = found.slice(0, inTheWayShown).map(textOf).join(', ')
  const more = found.length > inTheWayShown ? ' and more' : ''
  return new VarveError('in-the-way', `${target} has something different in place of ${names}${more}`, {
    hint: 'Nothing was written. Restore to another directory, or say with --overwrite what may be replaced.',
  })
}

/** Directories of the target are reached through descriptors, which say nothing to a person. */
const namingTarget = (error: unknown, target: string): unknown => {
  if (!(error instanceof VarveError) || (error.code !== 'no-space' && error.code !== 'read-only'))
    return error
  const what = error.code === 'no-space' ? 'no space left on the file system' : 'the file system is read-only'
  const hint = error.hint === undefined ? {} : { hint: error.hint }
  return new VarveError(error.code, `${target}: ${what}`, { ...hint, cause: error })
}

const interrupted = (): VarveError =>
  new VarveError('interrupted', 'the restore was interrupted', {
    hint: 'Run the same command again: it finishes what is missing.',
  })

const reportOf = (tally: Tally, { id }: Snapshot, durationMs: number): RestoreReport => ({
  snapshotId: id,
  filesRestored: tally.filesRestored,
  filesUnchanged: tally.filesUnchanged,
  filesSkipped: tally.filesSkipped,
  filesDeleted: tally.filesDeleted,
  directories: tally.directories,
  others: tally.others,
  bytesWritten: tally.bytesWritten,
  bytesReused: tally.bytesReused,
  bytesVerified: tally.bytesVerified,
  problems: tally.problems,
  durationMs,
})
