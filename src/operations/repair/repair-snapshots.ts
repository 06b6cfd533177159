import { VarveError } from '../../errors.js'
import { requireWritable } from '../../format/config.js'
import { type ChunkId, hexOf, type PendingId, type SnapshotId } from '../../format/ids.js'
import { configName, snapshotName } from '../../format/names.js'
import { snapshotLossOf } from '../../format/repair-mark.js'
import type { Snapshot } from '../../format/snapshot.js'
import { commitSnapshot, packsLost, publishPending } from '../../repository/commit.js'
import { requireWritableFeatures } from '../../repository/feature-store.js'
import { openWriter } from '../../repository/open-writer.js'
import { listPacks, listSuspects } from '../../repository/pack-listing.js'
import { resolveReference } from '../../repository/resolve-reference.js'
import { compareSnapshots } from '../../repository/snapshot-order.js'
import { readSnapshots } from '../../repository/snapshot-store.js'
import type { Store } from '../../repository/store.js'
import type { StoreWriter } from '../../repository/store-writer.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import { program } from '../../version.js'
import { ContentSurvey } from './content-survey.js'
import { type MendedTree, mendTree } from './mend-tree.js'
import { PackCatalogue } from './pack-catalogue.js'
import { Presence } from './presence.js'
import type { RepairedSnapshot, RepairSnapshotsOptions, RepairSnapshotsReport } from './repair-options.js'
import { alreadyRepaired, repairedSnapshot, reportOf, rootAttributesLeft } from './repaired-snapshot.js'
import { TreeSurvey } from './tree-survey.js'

/** Times that a tree is written again because packs that it shares were condemned meanwhile. */
const writingsMax = 5

/**
 * Writes beside each snapshot that is not wholly there another one of what is left of it. The damaged one stays.
 * Errors: `not-found` and `ambiguous` for a snapshot that was named, `interrupted`, `read-only`, `no-space`, `backend`.
 */
export const repairSnapshots = async (
  store: Store,
  options: RepairSnapshotsOptions = {},
): Promise<RepairSnapshotsReport> => {
  await using catalogue = new PackCatalogue(store)
  await using run = new SnapshotRepair(store, options, catalogue)
  return await run.run()
}

class SnapshotRepair implements AsyncDisposable {
  #nodes = 0
  #presence!: Presence
  #contents!: ContentSurvey
  #trees!: TreeSurvey
  #writer: StoreWriter | undefined

  constructor(
    private readonly store: Store,
    private readonly options: RepairSnapshotsOptions,
    private readonly catalogue: PackCatalogue,
  ) {}

  async run(): Promise<RepairSnapshotsReport> {
    const { store, options } = this
    const { snapshots, unreadable } = await readSnapshots(store.backend, store.seals)
    const chosen = await this.#chosen(snapshots)
    await this.#survey()
    const repaired: RepairedSnapshot[] = []
    for (const snapshot of chosen) {
      const report = await this.#repair(snapshot, snapshots)
      if (report !== undefined) repaired.push(report)
    }
    return {
      dryRun: options.dryRun === true,
      snapshots: chosen.length,
      repaired,
      unreadable: unreadable.map(({ name, error }) => ({ object: name, message: error.message })),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer?.[Symbol.asyncDispose]()
  }

  async #chosen(all: readonly Snapshot[]): Promise<Snapshot[]> {
    const { snapshots: named = [] } = this.options
    if (named.length === 0) return [...all].sort(compareSnapshots)
    const chosen: Snapshot[] = []
    for (const reference of named) chosen.push((await resolveReference(this.store, reference)).snapshot)
    return chosen
  }

  async #survey(): Promise<void> {
    const { store, catalogue, options } = this
    const suspects = await listSuspects(store.backend, store.seals)
    const listed = await listPacks(store.backend)
    await catalogue.survey.read(listed.keys(), () => this.#progress('pack directories'))
    catalogue.settle()
    this.#presence = new Presence(catalogue, suspects, options.readData === true)
    this.#contents = new ContentSurvey(catalogue.reader, (id, kind) => this.#presence.isThere(id, kind))
    this.#trees = new TreeSurvey(catalogue.reader, this.#contents, () => {
      this.#nodes++
      this.#progress('trees')
    })
  }

  /** Undefined where nothing is missing. */
  async #repair(snapshot: Snapshot, all: readonly Snapshot[]): Promise<RepairedSnapshot | undefined> {
    const { rootAttributes, attributesLost } = await rootAttributesLeft(snapshot, this.#contents)
    if (attributesLost === 0 && (await this.#trees.isWhole(snapshot.root))) return undefined
    const earlier = all.find((other) => snapshotLossOf(other)?.repairedFrom === snapshot.id)
    if (earlier !== undefined) return alreadyRepaired(snapshot, earlier)
    if (this.options.dryRun === true)
      return reportOf(snapshot, await this.#mend(snapshot, nothingStored), undefined)
    return this.#write({ ...snapshot, rootAttributes })
  }

  async #write(snapshot: Snapshot): Promise<RepairedSnapshot> {
    for (let writing = 1; writing <= writingsMax; writing++) {
      const writer = await this.#openedWriter()
      const tree = await this.#mend(snapshot, writer)
      if (tree.root === undefined) return reportOf(snapshot, tree, undefined)
      await writer.checkpoint()
      const id = await this.#commit(snapshot, tree, writer)
      if (id !== undefined) return reportOf(snapshot, tree, id)
    }
    throw new VarveError(
      'missing',
      `${snapshotName(snapshot.id)}: packs keep vanishing while it is repaired`,
      {
        hint: 'Run the repair again when no collector is running.',
      },
    )
  }

  #mend(snapshot: Snapshot, sink: Pick<StoreWriter, 'put' | 'room'>): Promise<MendedTree> {
    return mendTree(snapshot.root, {
      source: this.catalogue.reader,
      contents: this.#contents,
      sink,
      treeKey: this.store.keys.keyring.treeKey,
      room: async () => {
        this.#progress('trees')
        await sink.room()
      },
    })
  }

  /** W3 to W8 of docs/GC-PROTOCOL.md; undefined where it must be done again. What both snapshots need, the damaged one keeps alive. */
  async #commit(snapshot: Snapshot, tree: MendedTree, writer: StoreWriter): Promise<SnapshotId | undefined> {
    const { store } = this
    const pendingId = hexOf(store.random(16)) as PendingId
    const repaired = repairedSnapshot(snapshot, tree, { idBytes: store.random(16), pendingId, program })
    const { sourceStart, host, paths, captured, rootAttributes, root } = repaired
    await publishPending(store, {
      id: pendingId,
      checkpoint: 1,
      roots: [root],
      sourceStart,
      host,
      paths,
      captured,
      program,
      rootAttributes,
      extensions: [],
    })
    const lost = await packsLost(store, writer.packsReliedOn())
    await this.#requireStillThere()
    if (lost.size > 0) await writer.distrust(lost)
    return lost.size === 0 && (await commitSnapshot(store, repaired, 1)) ? repaired.id : undefined
  }

  async #requireStillThere(): Promise<void> {
    const listed = await listPacks(this.store.backend)
    for (const id of this.#presence.packs)
      if (!listed.has(id))
        throw new VarveError('missing', `packs/${id} vanished while snapshots were repaired`, {
          hint: 'Run the repair again.',
        })
  }

  /** New nodes are stored anew where only packs that cannot be opened have them. */
  async #openedWriter(): Promise<StoreWriter> {
    if (this.#writer !== undefined) return this.#writer
    const { store } = this
    requireWritable(store.keys.config, configName)
    await requireWritableFeatures(store.backend)
    const { writer } = await openWriter(store, true)
    this.#writer = writer
    await writer.distrust(this.catalogue.survey.torn.keys())
    return writer
  }

  #progress(phase: string): void {
    throwIfAborted(this.options.signal)
    this.options.onProgress?.({ phase, filesDone: this.#nodes, bytesDone: 0 })
  }
}

/** For a dry run: what would be stored has no id. */
const nothingStored: Pick<StoreWriter, 'put' | 'room'> = {
  put: () => new Uint8Array(32) as ChunkId,
  room: async () => {},
}
