import type { ByteString } from '../../bytes/byte-string.js'
import type { Attributes } from '../../filesystem/attributes.js'
import type { SafeDirectory } from '../../filesystem/safe-directory.js'
import { type Entry, EntryType } from '../../format/entry.js'
import { hasCriticalExtension } from '../../format/extension.js'
import { lossTextOf } from '../../snapshot/entry-loss.js'
import type { TreeCursor } from '../../tree/tree-cursor.js'
import { DirectoryOpener } from './directory-opener.js'
import { EntryPlacer } from './entry-placer.js'
import { isUnreadable } from './failure.js'
import type { RestoreContext } from './restore-context.js'
import { type MetDirectory, TargetFrame } from './target-frame.js'
import type { TreePart } from './tree-part.js'

const checkEvery = 512

/**
 * Walks a part of a tree in its order and brings the target into line with it. Memory: a window of files, the names of the
 * directories of one directory for each level, and what exists already in one.
 */
export class TreeRestorer {
  readonly #opener: DirectoryOpener
  readonly #placer: EntryPlacer
  #top: TargetFrame
  #seen = 0
  /** Entries are lost, so nobody can say what the snapshot does not have. */
  #isDamaged = false

  /** `target`: undefined in a dry run where there is none. */
  constructor(
    private readonly context: RestoreContext,
    private readonly part: TreePart,
    target: SafeDirectory | undefined,
    isNew: boolean,
  ) {
    this.#opener = new DirectoryOpener(context, part)
    this.#placer = new EntryPlacer(
      context,
      target,
      part.base,
      (...place) => this.#opener.clear(...place),
      () => this.#opener.openCount,
    )
    this.#top = this.#opener.top(target, isNew, this.#extraOf)
  }

  /** Errors: those that end the restore; everything under way has ended then. */
  async run(): Promise<void> {
    try {
      const { cursor } = this.part
      while (await this.#advance(cursor)) {
        const done = this.#visit(cursor.entry)
        if (done !== undefined) await done
        if (++this.#seen % checkEvery === 0) this.context.checkAborted()
      }
      while (this.#top.parent !== undefined) this.#leave()
      this.#endListing(this.#top)
      this.#top.take(undefined, (met) => this.#pass(met))
      await this.#placer.end()
      this.#top.target?.release()
    } finally {
      await this.#placer.settle()
      this.#opener.closeAll()
    }
  }

  /** What is behind a damaged node is restored; nothing, where the root is damaged. */
  async #advance(cursor: TreeCursor): Promise<boolean> {
    for (;;) {
      try {
        const more = cursor.advance()
        return more instanceof Promise ? await more : more
      } catch (error) {
        if (this.#seen === 0 || !isUnreadable(error)) throw error
        this.#isDamaged = true
        this.context.tally.problem(this.#top.path, 'data', `entries are lost: ${error.message}`)
      }
    }
  }

  #visit(entry: TreeCursor['entry']): Promise<void> | undefined {
    const { key } = entry
    const nameAt = key.lastIndexOf('\0') + 1
    const prefix = key.slice(0, nameAt - 1)
    if (prefix !== this.#top.prefix) this.#moveTo(prefix)
    const frame = this.#top
    if (frame.target === null) return undefined
    const name = key.slice(nameAt) as ByteString
    const isOnDisk = frame.names?.has(name) ?? false
    if (hasCriticalExtension(entry.extensions)) return this.#passUnknown(frame, entry, name)
    if (entry.type === EntryType.directory) return this.#meet(frame, entry, name)
    if (this.part.selection(frame.path, name, false) !== 'yes') return undefined
    this.#tellLoss(frame, entry, name)
    const attributes = this.context.attributes.of(entry)
    return attributes instanceof Promise
      ? this.#afterLongXattrs(frame, entry, name, attributes)
      : this.#place(frame, entry, name, isOnDisk, attributes)
  }

  /** What is below a directory may be known all the same. */
  #passUnknown(frame: TargetFrame, entry: Entry, name: ByteString): undefined {
    const isDirectory = entry.type === EntryType.directory
    const selected = this.part.selection(frame.path, name, isDirectory)
    if (isDirectory) frame.met.push({ name, attributes: undefined, selected })
    if (selected === 'yes')
      this.context.tally.problem(
        pathIn(frame.path, name),
        isDirectory ? 'attribute' : 'data',
        'needs an extension that this version does not know',
      )
    return undefined
  }

  /** Of a repaired snapshot. */
  #tellLoss(frame: TargetFrame, entry: Entry, name: ByteString): void {
    const lost = lossTextOf(entry)
    if (lost !== undefined) this.context.tally.problem(pathIn(frame.path, name), 'lost', lost)
  }

  async #afterLongXattrs(
    frame: TargetFrame,
    entry: Entry,
    name: ByteString,
    made: Promise<Attributes>,
  ): Promise<void> {
    const attributes = await this.#orWithoutXattrs(made, entry, pathIn(frame.path, name))
    await this.#place(frame, entry, name, true, attributes)
  }

  async #orWithoutXattrs(made: Promise<Attributes>, entry: Entry, path: ByteString): Promise<Attributes> {
    try {
      return await made
    } catch (error) {
      if (!isUnreadable(error)) throw error
      this.context.tally.problem(path, 'attribute', `xattrs: ${error.message}`)
      return this.context.attributes.of({ ...entry, xattrs: [] })
    }
  }

  #meet(frame: TargetFrame, entry: Entry, name: ByteString): Promise<void> | undefined {
    const selected = this.part.selection(frame.path, name, true)
    if (selected === 'yes') this.#tellLoss(frame, entry, name)
    const made = this.context.attributes.of(entry)
    if (!(made instanceof Promise)) {
      frame.met.push({ name, attributes: made, selected })
      return undefined
    }
    return this.#orWithoutXattrs(made, entry, pathIn(frame.path, name)).then((attributes) => {
      frame.met.push({ name, attributes, selected })
    })
  }

  /** A file, link or special file; its directory is made now if nothing in it was restored before. */
  #place(
    frame: TargetFrame,
    entry: Entry,
    name: ByteString,
    wasOnDisk: boolean,
    attributes: Attributes,
  ): Promise<void> | undefined {
    let isOnDisk = wasOnDisk
    if (frame.target === undefined) {
      this.#opener.open(frame)
      isOnDisk = frame.names?.has(name) ?? false
    }
    const directory = frame.target
    if (directory === null || directory === undefined) return undefined
    const path = pathIn(frame.path, name)
    const found = isOnDisk ? directory.safe?.lstat(name) : undefined
    return this.#placer.place({ directory, name, path, attributes }, entry, found)
  }

  #moveTo(prefix: string): void {
    while (!prefix.startsWith(this.#top.prefix)) this.#leave()
    while (this.#top.prefix !== prefix) {
      const parent = this.#top
      const name = prefix.slice(
        parent.prefix.length,
        prefix.indexOf('\0', parent.prefix.length),
      ) as ByteString
      this.#endListing(parent)
      const met = parent.take(name, (passed) => this.#pass(passed)) ?? lost(name)
      const frame = new TargetFrame(`${parent.prefix}${name}\0`, pathIn(parent.path, name), parent, met)
      this.#top = frame
      if (parent.target === null || met.selected === 'no') frame.target = null
      else if (met.selected === 'yes') this.#opener.open(frame, this.#extraOf(frame))
      else if (this.context.options.delete) this.#opener.openIfThere(frame, this.#extraOf(frame))
    }
  }

  #leave(): void {
    const frame = this.#top
    this.#endListing(frame)
    frame.take(undefined, (met) => this.#pass(met))
    frame.target?.release()
    this.#top = frame.parent!
  }

  /** A directory without entries. */
  #pass(met: MetDirectory): void {
    const parent = this.#top
    if (met.selected !== 'yes' || parent.target === null) return
    const frame = new TargetFrame(`${parent.prefix}${met.name}\0`, pathIn(parent.path, met.name), parent, met)
    this.#opener.open(frame, this.#extraOf(frame))
    frame.names?.end()
    frame.target?.release()
  }

  #endListing(frame: TargetFrame): void {
    frame.names?.end()
    frame.names = undefined
  }

  readonly #extraOf =
    (frame: TargetFrame) =>
    (name: ByteString): void =>
      this.#extra(frame, name)

  /** What the snapshot does not have stays, unless it is to be deleted. */
  #extra(frame: TargetFrame, name: ByteString): void {
    const safe = frame.target!.safe!
    if (!this.context.options.delete || this.#isDamaged || !this.part.isDirectory) return
    const found = safe.lstat(name)
    if (found === undefined) return
    const isDirectory = found.type === 'directory'
    if (this.part.selection(frame.path, name, isDirectory) !== 'yes') return
    this.#opener.remove(safe, name, pathIn(frame.path, name))
  }
}

const pathIn = (directory: ByteString, name: ByteString): ByteString =>
  (directory === '' ? name : `${directory}/${name}`) as ByteString

/** The directory's entry went with a damaged node: what is below it is restored all the same. */
const lost = (name: ByteString): MetDirectory => ({ name, attributes: undefined, selected: 'yes' })
