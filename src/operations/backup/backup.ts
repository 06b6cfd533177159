import { readAccounts } from '../../filesystem/accounts.js'
import { requireWritable } from '../../format/config.js'
import { hexOf, type PendingId, type SnapshotId } from '../../format/ids.js'
import { configName } from '../../format/names.js'
import type { RootAttributes } from '../../format/root-attributes.js'
import { Captured, type Snapshot } from '../../format/snapshot.js'
import { timestampFromNanoseconds } from '../../format/timestamp.js'
import type { TreeRoot } from '../../format/tree-root.js'
import { commitSnapshot, packsLost, publishPending, removePending } from '../../repository/commit.js'
import { requireWritableFeatures } from '../../repository/feature-store.js'
import { openWriter } from '../../repository/open-writer.js'
import type { Store } from '../../repository/store.js'
import type { StoreWriter } from '../../repository/store-writer.js'
import { program } from '../../version.js'
import type { BackupOptions, BackupReport } from './backup-options.js'
import { capturable, notCapturedOf } from './captured.js'
import { Checkpoints } from './checkpoints.js'
import { chooseParents, type EarlierTree, type Parents } from './choose-parent.js'
import type { EarlierCursor } from './earlier-cursor.js'
import { EntryMaker } from './entry-of-stat.js'
import { expectTotals } from './expect-totals.js'
import { hostOf } from './host-of.js'
import { type LookAhead, lookAhead } from './look-ahead.js'
import { newSnapshot } from './new-snapshot.js'
import { endOfStream, interrupted, keepsVanishing } from './no-snapshot.js'
import { openEarlier } from './open-earlier.js'
import type { OpenSource } from './open-source.js'
import { filesOpenOf } from './read-concurrency.js'
import { reliedOn } from './relied-on.js'
import { BackupReportBuilder } from './report-builder.js'
import { RunCoverage } from './run-coverage.js'
import { reportOf, summaryOf } from './summary.js'
import { tagsOf } from './tags-of.js'
import { UnchangedTest } from './unchanged.js'

const checkpointMsDefault = 15 * 60 * 1000
/** Passes over the source until everything that a snapshot needs stays where it is while it is written. */
const passesMax = 5
/** Times that one pass's result is published again because a collector revoked its pending record. */
const publishingsMax = 5
/** What a crashed writer left is removed once it has not changed for so long; a slow one may still want it before. */
const abandonedAfterMs = 7 * 24 * 3600 * 1000

/**
 * Takes a snapshot, in the order of docs/GC-PROTOCOL.md, W1 to W8. Unreadable source files are problems in the report.
 * `given` is what `lookAhead` gave for the same options, if it was called.
 * Errors: `source` (nothing to back up), `interrupted`, those of the backend and of a damaged repository.
 */
export async function backup(store: Store, options: BackupOptions, given?: LookAhead): Promise<BackupReport> {
  await using ahead = given ?? lookAhead(options, [store.backend.location, store.cacheFolder], store.now)
  return await new BackupRun(store, options, ahead).run()
}

class BackupRun {
  readonly #startNs: bigint
  readonly #report: BackupReportBuilder
  readonly #host: string
  readonly #source: OpenSource
  readonly #pendingId: PendingId
  readonly #captured: number
  readonly #stop: AbortSignal
  readonly #tags: readonly string[]
  readonly #filesOpen: number
  readonly #coverage: RunCoverage
  #rootAttributes: RootAttributes | null = null
  #checkpoint = 0

  constructor(
    private readonly store: Store,
    private readonly options: BackupOptions,
    ahead: LookAhead,
  ) {
    this.#startNs = ahead.startNs
    this.#pendingId = hexOf(store.random(16)) as PendingId
    this.#report = new BackupReportBuilder(options)
    this.#host = hostOf(options.host)
    this.#tags = tagsOf(options.tags ?? [])
    this.#captured = capturable()
    this.#filesOpen = filesOpenOf(options.readConcurrency, store.workers)
    this.#coverage = new RunCoverage(store)
    this.#stop = AbortSignal.any(
      [options.signal, options.stopGently].filter((signal) => signal !== undefined),
    )
    this.#source = ahead.source
  }

  async run(): Promise<BackupReport> {
    const { store, options } = this
    requireWritable(store.keys.config, configName)
    await requireWritableFeatures(store.backend)
    const nowMs = Number(this.#startNs / 1_000_000n)
    store.clearScratch()
    if (options.dryRun !== true) await store.backend.clearAbandonedTemporaries(abandonedAfterMs, nowMs)
    const { writer: opened, prepared } = await openWriter(store, options.dryRun !== true)
    await using writer = opened
    const parents = await this.#parents()
    using _scan = expectTotals(this.#report, this.#source, options, parents)
    const maker = new EntryMaker(readAccounts(), writer)
    let trees: readonly EarlierTree[] = parents.trees
    for (let pass = 1; pass <= passesMax; pass++) {
      const earlier = openEarlier(store, trees, this.#unchangedRules(maker), prepared.unusable, pass > 1)
      const root = await this.#pass(writer, maker, earlier)
      const packs = await this.#storedPacks(writer, earlier, prepared.unusable)
      if (options.dryRun) return this.#finished(writer, parents)
      const { lost, snapshotId } = await this.#commit(root, packs, writer, parents)
      if (snapshotId !== undefined) {
        await this.#tidy(root, parents)
        return this.#finished(writer, parents, snapshotId)
      }
      for (const id of lost) prepared.unusable.add(id)
      await writer.distrust(lost)
      this.#report.beginRepetition()
      trees = [this.#asEarlier(root), ...parents.trees]
    }
    throw keepsVanishing()
  }

  async #parents(): Promise<Parents> {
    const { parent, force, stdin } = this.options
    if (force === true || stdin !== undefined) return { snapshot: undefined, trees: [], pendingIds: [] }
    await this.store.index.refresh()
    return chooseParents(this.store, { host: this.#host, paths: this.#source.paths, parent })
  }

  #unchangedRules(maker: EntryMaker): (tree: EarlierTree) => UnchangedTest {
    const { ignoreCtime = false, ignoreInode = false } = this.options
    const rules = { ignoreCtime, ignoreInode, captured: this.#captured }
    return (tree) => new UnchangedTest(rules, tree, this.#startNs, maker)
  }

  /** What a pass has just stored: a second one reads only what was lost of it, and what is too young to trust. */
  #asEarlier(root: TreeRoot): EarlierTree {
    return { root, sourceStart: timestampFromNanoseconds(this.#startNs), captured: this.#captured }
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
      reader: this.store.reader,
      treeKey: this.store.keys.keyring.treeKey,
      report: this.#report,
      captureXattrs: (this.#captured & Captured.xattrs) !== 0,
      filesOpen: this.#filesOpen,
      nowNs: this.#startNs,
      stop: this.#stop,
    }
    this.#rootAttributes = this.#source.rootAttributes(maker, context.captureXattrs)
    const pass = this.#source.pass(context)
    if (await pass.run().catch(endOfStream(this.options.dryRun))) return pass.tree.finish()
    if (this.options.signal?.aborted !== true && !this.options.dryRun)
      await checkpoints.make(pass.tree.partialRoot())
    throw interrupted(this.options.dryRun)
  }

  /** W2. Gives the packs that everything below the root of the pass is in. */
  async #storedPacks(
    writer: StoreWriter,
    earlier: readonly EarlierCursor[],
    unusable: ReadonlySet<string>,
  ): Promise<Set<string>> {
    await writer.checkpoint()
    const packs = reliedOn(writer, earlier)
    for (const id of unusable) packs.delete(id)
    return packs
  }

  /** W3 to W8. Either the snapshot stands, or packs that it needs are lost. A revoked pending record is published anew. */
  async #commit(
    root: TreeRoot,
    packs: ReadonlySet<string>,
    writer: StoreWriter,
    parents: Parents,
  ): Promise<{ lost: ReadonlySet<string>; snapshotId?: SnapshotId }> {
    for (let publishing = 1; publishing <= publishingsMax; publishing++) {
      await this.#publishPending(root, packs)
      const lost = await packsLost(this.store, packs)
      if (lost.size > 0) return { lost }
      const snapshot = this.#snapshot(root, writer, parents)
      if (await commitSnapshot(this.store, snapshot, this.#checkpoint))
        return { lost, snapshotId: snapshot.id }
    }
    throw keepsVanishing()
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
    this.#coverage.remember(root, packs)
  }

  #snapshot(root: TreeRoot, writer: StoreWriter, { snapshot: parent }: Parents): Snapshot {
    const { time } = this.options
    return newSnapshot({
      idBytes: this.store.random(16),
      root,
      time,
      tags: this.#tags,
      sourceStart: timestampFromNanoseconds(this.#startNs),
      host: this.#host,
      paths: this.#source.paths,
      parent: parent?.id,
      directory: this.#source.directory,
      summary: summaryOf(this.#report, writer.totals),
      pendingId: this.#pendingId,
      captured: this.#captured,
      rootAttributes: this.#rootAttributes,
    })
  }

  /** What interrupted runs of the same source left is in the snapshot now, which is also what the next run begins with. */
  async #tidy(root: TreeRoot, { trees, pendingIds }: Parents): Promise<void> {
    for (const id of pendingIds) await removePending(this.store, id)
    this.#coverage.forgetOthers(trees, root)
  }

  #finished(writer: StoreWriter, { snapshot: parent }: Parents, snapshotId?: SnapshotId): BackupReport {
    return reportOf(this.#report, writer.totals, {
      source: this.#source,
      notCaptured: notCapturedOf(this.#captured),
      ...(snapshotId === undefined ? {} : { snapshotId }),
      ...(parent === undefined ? {} : { parentId: parent.id }),
      startNs: this.#startNs,
      endNs: this.store.now(),
    })
  }
}
