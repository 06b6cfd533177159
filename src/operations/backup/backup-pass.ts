import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ByteString } from '../../bytes/byte-string.js'
import type { FoundEntry } from '../../filesystem/found-entry.js'
import { readLinkTarget } from '../../filesystem/read-file.js'
import type { Stat } from '../../filesystem/stat.js'
import { entriesOf, type WalkBatch } from '../../filesystem/walk-batch.js'
import { readXattrs } from '../../filesystem/xattrs.js'
import { contentSizeBytesOf, type Entry, type EntryContent, EntryFlag } from '../../format/entry.js'
import { encodeEntryValue } from '../../format/entry-value.js'
import type { StoredEntry } from '../../format/stored-entry.js'
import { TreeWriter } from '../../tree/tree-writer.js'
import { spanBytes } from '../../workers/arena.js'
import type { FileNote } from '../../workers/jobs.js'
import type { BatchResult } from './batch-result.js'
import { contentOf } from './content-builder.js'
import type { EarlierCursor } from './earlier-cursor.js'
import { deviceOf, type EntryMaker } from './entry-of-stat.js'
import { EntryQueue, type Settled } from './entry-queue.js'
import { FileBatch, type FileUnderWay } from './file-batch.js'
import { LargeFiles } from './large-files.js'
import type { PassContext } from './pass-context.js'
import type { SourceWalk } from './source-walk.js'
import { WalkKeys } from './walk-keys.js'

/** Places that may wait for their files: some 300 bytes each. */
const queueMax = 16_384
/** Entries between two looks at what the threads have sent. */
const turnEntries = 256

/**
 * One walk over the source, merged with earlier trees:
 *
 * 1. The walk gives entries in key order; each earlier tree is followed in step.
 * 2. An entry that an earlier tree has unchanged is taken over without opening the file.
 * 3. Other files go to the threads, small ones in batches, large ones span by span; the rest is encoded here.
 * 4. Entries enter the new tree in order, as soon as all before them are there.
 */
export class BackupPass {
  readonly tree: TreeWriter
  readonly #queue: EntryQueue
  readonly #batch: FileBatch
  readonly #large: LargeFiles
  readonly #keys = new WalkKeys()
  #sinceTurn = 0

  constructor(
    private readonly walk: SourceWalk,
    private readonly context: PassContext,
  ) {
    this.tree = new TreeWriter(context.writer, context.treeKey)
    this.#queue = new EntryQueue(this.tree)
    const { captureXattrs: readXattrs, filesOpen } = context
    this.#batch = new FileBatch(context.writer, { readXattrs, filesOpen }, (file, result) =>
      this.#batched(file, result),
    )
    this.#large = new LargeFiles(context)
  }

  /** Whether the whole source was seen; false where it was stopped. */
  async run(): Promise<boolean> {
    const { stop } = this.context
    await using walk = this.walk
    for (let batch = await walk.next(); batch !== undefined; batch = await walk.next()) {
      await this.#entries(batch)
      if (stop.aborted) break
    }
    await this.#settle()
    return !stop.aborted
  }

  async #entries(batch: WalkBatch): Promise<void> {
    const { report, stop, checkpoints } = this.context
    for (const found of entriesOf(batch, (path, error) => report.problem(path, error))) {
      if (stop.aborted) return
      // A promise for each entry would cost as much as looking at it.
      const begun = this.#entry(found)
      if (begun !== undefined) await begun
      if (++this.#sinceTurn < turnEntries && this.#queue.length < queueMax && this.context.writer.hasRoom)
        continue
      this.#sinceTurn = 0
      await this.#catchUp()
      if (checkpoints.isDue) await this.#checkpoint()
    }
  }

  async #catchUp(): Promise<void> {
    await nextTurn()
    await this.context.writer.room()
    while (this.#queue.length >= queueMax) {
      this.#batch.flush()
      await nextTurn()
      await this.context.writer.room()
      if (this.#queue.length >= queueMax) await this.context.writer.progress()
    }
  }

  async #checkpoint(): Promise<void> {
    await this.#settle()
    await this.context.checkpoints.make(this.tree.partialRoot())
  }

  /** Everything that was begun is in the tree. */
  async #settle(): Promise<void> {
    this.#batch.flush()
    await this.#large.settled()
    while (this.#queue.length > 0) await this.context.writer.progress()
  }

  #entry(found: FoundEntry): undefined | Promise<void> {
    const key = this.#keys.of(found)
    // Files are finished in any order, but mounts must be counted in that of the walk.
    this.context.maker.mountOf(found.stat)
    for (const earlier of this.context.earlier) {
      const entry = earlier.seekAtHand(key)
      if (entry === undefined) continue
      if (entry === 'wait' || earlier.strict) return this.#slowEntry(found, key)
      if (earlier.test.hasSameContent(found.stat, entry))
        return void this.#takeOver(found, key, earlier, entry)
    }
    return this.#newEntry(found, key)
  }

  /** The same where a node must be loaded, or chunks looked up. */
  async #slowEntry(found: FoundEntry, key: ByteString): Promise<void> {
    for (const earlier of this.context.earlier) {
      const atHand = earlier.seekAtHand(key)
      const entry = atHand === 'wait' ? await earlier.seek(key) : atHand
      if (entry === undefined || !earlier.test.hasSameContent(found.stat, entry)) continue
      if (earlier.strict && !(await earlier.hasAllChunks(entry, this.context.writer))) continue
      return this.#takeOver(found, key, earlier, entry)
    }
    await this.#newEntry(found, key)
  }

  #newEntry(found: FoundEntry, key: ByteString): undefined | Promise<void> {
    if (found.stat.type === 'file') return this.#storeFile(found, key)
    this.#addPlain(found, key)
    return undefined
  }

  #takeOver(found: FoundEntry, key: ByteString, earlier: EarlierCursor, entry: StoredEntry): void {
    earlier.used = true
    const { stat } = found
    this.context.report.entry('unmodified', key, stat.type, contentSizeBytesOf(entry))
    if (!earlier.test.hasSameMetadata(stat, entry)) this.#addMetadata(found, key, entry)
    // A borrowed leaf is not looked up, so where chunks must be proved its bytes are stored like new ones.
    else if (earlier.strict)
      this.#queue.add(key, { value: Uint8Array.from(entry.valueBytes), fileBytes: contentSizeBytesOf(entry) })
    else this.#queue.add(key, { leaf: earlier.leaf, index: earlier.index })
  }

  /** Same content, other attributes. */
  #addMetadata(found: FoundEntry, key: ByteString, entry: StoredEntry): void {
    const content = found.stat.type === 'file' ? entry.content : this.#plainContent(found)
    if (content === undefined) return
    this.#addEncoded(found, key, content)
  }

  /** Whatever is not a regular file. */
  #addPlain(found: FoundEntry, key: ByteString): void {
    const content = this.#plainContent(found)
    if (content === undefined) return
    this.context.report.entry('new', key, found.stat.type, 0)
    this.#addEncoded(found, key, content)
  }

  #addEncoded({ path, stat }: FoundEntry, key: ByteString, content: EntryContent): void {
    const { maker, report, captureXattrs } = this.context
    const xattrs = captureXattrs ? report.attempt(path, 'metadata', () => readXattrs(path)) : []
    const entry = maker.entry(stat, content, xattrs ?? [])
    this.#queue.add(key, { value: this.#valueOf(path, entry), fileBytes: contentSizeBytesOf(entry) })
  }

  /** An entry whose attributes are more than it can hold is saved without them, which is reported. */
  #valueOf(path: ByteString, entry: Entry): Uint8Array {
    const value = this.context.report.attempt(path, 'metadata', () => encodeEntryValue(entry))
    return value ?? encodeEntryValue({ ...entry, xattrs: [] })
  }

  /** Undefined where it could not be had, which is reported. */
  #plainContent({ path, stat }: FoundEntry): EntryContent | undefined {
    if (stat.type === 'symlink')
      return this.context.report.attempt(path, 'unreadable', () => readLinkTarget(path))
    if (stat.type === 'char-device' || stat.type === 'block-device') return deviceOf(stat.deviceNumber)
    return null
  }

  #storeFile(found: FoundEntry, key: ByteString): Promise<void> | undefined {
    const { stat } = found
    const earlier = this.context.earlier.find((cursor) => cursor.isOn(key))
    const action = earlier === undefined ? 'new' : 'changed'
    const valueInDoubt = earlier?.valueInDoubt(stat)
    const file: FileUnderWay = { found, key, action, valueInDoubt, place: this.#queue.reserve(key) }
    if (stat.sizeBytes <= spanBytes) {
      this.#batch.add(file)
      return undefined
    }
    this.#batch.flush()
    this.#startLarge(file)
    return this.#large.room()
  }

  #startLarge(file: FileUnderWay): void {
    this.#large.start(file.found.path, (stored) => {
      const settled =
        stored === undefined
          ? 'absent'
          : this.#file(file, stored.stat, stored.content, stored.xattrs, stored.stable)
      this.#queue.settle(file.place, settled)
    })
  }

  /** What was small when the walk saw it may have to be stored as a large file. */
  #batched(file: FileUnderWay, result: BatchResult): void {
    const { note } = result
    if (note?.status === 'grown') this.#startLarge(file)
    else this.#queue.settle(file.place, this.#fileOfBatch(file, result, note))
  }

  #fileOfBatch(file: FileUnderWay, result: BatchResult, note: FileNote | undefined): Settled {
    const { found } = file
    if (note !== undefined) this.context.report.fileNote(found.path, note)
    if (note?.status === 'vanished' || note?.status === 'unreadable') return 'absent'
    const stat = result.statOver(found.stat)
    const content = contentOf(result.pieces, stat.sizeBytes, result.holes, this.context.writer)
    return this.#file(file, stat, content, result.xattrs, note === undefined)
  }

  #file(
    { found, key, action, valueInDoubt }: FileUnderWay,
    stat: Stat,
    content: EntryContent,
    xattrs: Parameters<EntryMaker['entry']>[2],
    stable: boolean,
  ): Settled {
    const entry = this.context.maker.entry(stat, content, xattrs, stable ? 0 : EntryFlag.changedWhileRead)
    const value = this.#valueOf(found.path, entry)
    const isSame = valueInDoubt !== undefined && Buffer.compare(value, valueInDoubt) === 0
    this.context.report.entry(isSame ? 'unmodified' : action, key, 'file', stat.sizeBytes)
    return { value, fileBytes: stat.sizeBytes }
  }
}
