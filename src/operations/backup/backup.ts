import { randomBytes } from 'node:crypto'
import { VarveError } from '../../errors.js'
import { readAccounts } from '../../filesystem/accounts.js'
import { nativeCalls } from '../../filesystem/native.js'
import { hostName } from '../../filesystem/host.js'
import { requireWritable } from '../../format/config.js'
import { hexOf, type PendingId, type SnapshotId } from '../../format/ids.js'
import { configName } from '../../format/names.js'
import type { RootAttributes } from '../../format/root-attributes.js'
import { Captured, type Snapshot } from '../../format/snapshot.js'
import { timestampFromDate, timestampFromNanoseconds } from '../../format/timestamp.js'
import type { TreeRoot } from '../../format/tree-root.js'
import { commitSnapshot, packsLost, publishPending, removePending } from '../../repository/commit.js'
import { recallCoverage, rememberCoverage } from '../../repository/coverage.js'
import { requireWritableFeatures } from '../../repository/feature-store.js'
import { packTargetBytes, prepareIndex } from '../../repository/prepare-index.js'
import type { Store } from '../../repository/store.js'
import { StoreWriter } from '../../repository/store-writer.js'
import { program } from '../../version.js'
import type { BackupOptions, BackupReport } from './backup-options.js'
import { Checkpoints } from './checkpoints.js'
import { chooseParents, type EarlierTree } from './choose-parent.js'
import { EarlierCursor } from './earlier-cursor.js'
import { EntryMaker } from './entry-of-stat.js'
import { BackupReportBuilder } from './report-builder.js'
import { openSource, type OpenSource } from './open-source.js'
import { reportOf, summaryOf } from './summary.js'
import { UnchangedTest } from './unchanged.js'

const checkpointMsDefault = 15 * 60 * 1000
/** Passes over the source until everything that a snapshot needs stays where it is while it is written. */
const passesMax = 5

/**
 * Takes a snapshot, in the order of docs/GC-PROTOCOL.md, W1 to W8. Unreadable source files are problems in the report.
 * Errors: `source` (nothing to back up), `interrupted`, those of the backend and of a damaged repository.
 */
export const backup = async (store: Store, options: BackupOptions): Promise<BackupReport> =>
  new BackupRun(store, options).run()

class BackupRun {
  readonly #startNs: bigint
  readonly #report: BackupReportBuilder
  readonly #host: string
  readonly #source: OpenSource
  readonly #pendingId = hexOf(randomBytes(16)) as PendingId
  readonly #captured: number
  readonly #stop: AbortSignal
  #rootAttributes: RootAttributes | null = null
  #checkpoint = 0

  constructor(
    private readonly store: Store,
    private readonly options: BackupOptions,
  ) {
    this.#startNs = store.now()
    this.#report = new BackupReportBuilder(options)
    this.#host = options.host ?? hostName()
    this.#captured = nativeCalls() === undefined ? Captured.nanoseconds : capturedWithNative
    this.#stop = AbortSignal.any([options.signal, options.stopGently].filter((signal) => signal !== undefined))
    this.#source = openSource(options, [store.backend.location, store.cacheFolder])
  }

  async run(): Promise<BackupReport> {
    const { store, options } = this
    requireWritable(store.keys.config, configName)
    await requireWritableFeatures(store.backend)
    const prepared = await prepareIndex(store, options.dryRun !== true)
    const parents = await this.#parents()
    await using writer = new StoreWriter(store, prepared.unusable, packTargetBytes(prepared.storedBytes))
    const maker = new EntryMaker(readAccounts(), writer)
    for (let pass = 1; pass <= passesMax; pass++) {
      this.#report.restart()
      const earlier = await this.#earlier(parents, maker, prepared.unusable, pass > 1)
      const root = await this.#pass(writer, maker, earlier)
      if (options.dryRun) return this.#finished(writer, parents)
      const reliedOn = await this.#publish(writer, root, earlier, prepared.unusable)
      const lost = await packsLost(store, reliedOn)
      if (lost.size === 0) {
        const snapshot = this.#snapshot(root, writer, parents)
        if (await commitSnapshot(store, snapshot, this.#checkpoint)) {
          await this.#removeFinishedPendings(parents)
          return this.#finished(writer, parents, snapshot.id)
        }
      }
      for (const id of lost) prepared.unusable.add(id)
      await writer.distrust(lost)
    }
    throw new VarveError('backend', 'packs kept vanishing while the snapshot was written', {
      hint: 'Something deletes from this repository beside varve. What was stored is kept; run the backup again.',
    })
  }

  async #parents(): Promise<EarlierTree[]> {
    const { parent, force, stdin } = this.options
    if (force === true || stdin !== undefined) return []
    await this.store.index.refresh()
    return chooseParents(this.store, { host: this.#host, paths: this.#source.paths, parent })
  }

  /** Trees whose packs are all known and all there can be relied on as they are; of others each chunk is looked up. */
  async #earlier(
    parents: readonly EarlierTree[],
    maker: EntryMaker,
    unusable: ReadonlySet<string>,
    strict: boolean,
  ): Promise<EarlierCursor[]> {
    const { ignoreCtime = false, ignoreInode = false } = this.options
    const rules = { ignoreCtime, ignoreInode, captured: this.#captured }
    const cursors: EarlierCursor[] = []
    for (const tree of parents) {
      const covered = strict ? undefined : await recallCoverage(this.store, tree.root)
      const test = new UnchangedTest(rules, tree, this.#startNs, maker)
      const isSafe = covered !== undefined && this.#areAllThere(covered, unusable)
      cursors.push(new EarlierCursor(this.store.reader, tree, test, isSafe ? covered : undefined))
    }
    return cursors
  }

  #areAllThere(packs: ReadonlySet<string>, unusable: ReadonlySet<string>): boolean {
    const { packs: table, removedPacks } = this.store.index.local
    const present = new Set(table.filter((_, ordinal) => !removedPacks.has(ordinal)).map(({ packId }) => packId))
    return [...packs].every((id) => present.has(id) && !unusable.has(id))
  }

  async #pass(writer: StoreWriter, maker: EntryMaker, earlier: readonly EarlierCursor[]): Promise<TreeRoot> {
    const everyMs = this.options.checkpointMs ?? checkpointMsDefault
    const checkpoints = new Checkpoints(writer, everyMs, this.store.now, async (root) => {
      if (!this.options.dryRun) await this.#publishPending(root, reliedOn(writer, earlier))
    })
    const context = {
      earlier,
      writer,
      maker,
      checkpoints,
      treeKey: this.store.keys.keyring.treeKey,
      report: this.#report,
      captureXattrs: (this.#captured & Captured.xattrs) !== 0,
      dryRun: this.options.dryRun === true,
      nowNs: this.#startNs,
      stop: this.#stop,
    }
    this.#rootAttributes = this.#source.rootAttributes(maker, context.captureXattrs)
    const pass = this.#source.pass(context)
    if (await pass.run()) return pass.tree.finish()
    if (this.options.signal?.aborted !== true && !this.options.dryRun) await checkpoints.make(pass.tree.partialRoot())
    throw new VarveError('interrupted', 'the backup was interrupted', {
      hint: 'What was finished is kept; run the same backup again and it goes on from there.',
    })
  }

  /** W2 and W3. Gives the packs that everything below the root is in. */
  async #publish(
    writer: StoreWriter,
    root: TreeRoot,
    earlier: readonly EarlierCursor[],
    unusable: ReadonlySet<string>,
  ): Promise<Set<string>> {
    await writer.checkpoint()
    const packs = reliedOn(writer, earlier)
    for (const id of unusable) packs.delete(id)
    await this.#publishPending(root, packs)
    return packs
  }

  async #publishPending(root: TreeRoot, packs: ReadonlySet<string>): Promise<void> {
    this.#checkpoint++
    await publishPending(this.store, {
      id: this.#pendingId,
      checkpoint: this.#checkpoint,
      roots: [root],
      sourceStart: timestampFromNanoseconds(this.#startNs),
      host: this.#host,
      paths: this.#source.paths,
      captured: this.#captured,
      program,
      rootAttributes: this.#rootAttributes,
      extensions: [],
    })
    await rememberCoverage(this.store, root, packs)
  }

  #snapshot(root: TreeRoot, writer: StoreWriter, parents: readonly EarlierTree[]): Snapshot {
    const { time, tags = [] } = this.options
    const sourceStart = timestampFromNanoseconds(this.#startNs)
    const parent = parentOf(parents)
    return {
      id: hexOf(randomBytes(16)) as SnapshotId,
      root,
      time: time === undefined ? sourceStart : timestampFromDate(time),
      sourceStart,
      host: this.#host,
      paths: this.#source.paths,
      tags: [...new Set(tags)].sort(),
      strategy: parent === undefined ? 'full' : 'incremental',
      parent: parent ?? null,
      base: null,
      summary: summaryOf(this.#report, writer.totals),
      pendingId: this.#pendingId,
      captured: this.#captured,
      program,
      rootAttributes: this.#rootAttributes,
      extensions: [],
    }
  }

  /** What interrupted runs of the same source left is in the snapshot now. Those of a run that still goes on are not touched. */
  async #removeFinishedPendings(parents: readonly EarlierTree[]): Promise<void> {
    for (const { pendingId } of parents) if (pendingId !== undefined) await removePending(this.store, pendingId)
  }

  #finished(writer: StoreWriter, parents: readonly EarlierTree[], snapshotId?: SnapshotId): BackupReport {
    const parentId = parentOf(parents)
    return reportOf(this.#report, writer.totals, {
      source: this.#source,
      notCaptured: (this.#captured & Captured.xattrs) === 0 ? notCapturedWithoutNative : [],
      ...(snapshotId === undefined ? {} : { snapshotId }),
      ...(parentId === undefined ? {} : { parentId }),
      startNs: this.#startNs,
      endNs: this.store.now(),
    })
  }
}

const capturedWithNative = Captured.xattrs | Captured.holes | Captured.nanoseconds
const notCapturedWithoutNative = [
  'extended attributes and ACLs, and holes of sparse files (the optional package koffi is not installed)',
]

const parentOf = (parents: readonly EarlierTree[]): SnapshotId | undefined =>
  parents.find(({ snapshot }) => snapshot !== undefined)?.snapshot?.id

const reliedOn = (writer: StoreWriter, earlier: readonly EarlierCursor[]): Set<string> => {
  const packs = writer.packsReliedOn()
  for (const { used, covered } of earlier) if (used && covered !== undefined) for (const id of covered) packs.add(id)
  return packs
}
