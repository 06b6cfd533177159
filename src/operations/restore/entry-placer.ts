import type { ByteString } from '../../bytes/byte-string.js'
import { VarveError } from '../../errors.js'
import type { SafeDirectory } from '../../filesystem/safe-directory.js'
import type { Stat } from '../../filesystem/stat.js'
import { contentSizeBytesOf, type Entry, EntryFlag, EntryType, type FileContent } from '../../format/entry.js'
import { reasonOf } from '../../workers/restore-file.js'
import { type Decision, decide } from './decide.js'
import { FileRestorer } from './file-restorer.js'
import { HardLinks, mayBeLinked } from './hard-links.js'
import { isUnfinished } from './is-unfinished.js'
import { keepFile } from './keep-file.js'
import { type ClearPlace, LinkMaker } from './link-maker.js'
import { isAlike } from './make-other.js'
import { OtherRestorer, type Place } from './other-restorer.js'
import type { RestoreContext } from './restore-context.js'
import { withoutWhatNewHas } from './without-what-new-has.js'

/** Links wait for the file that they are names of, each with its directory open. */
const waitingLinksMax = 300

/** Puts entries that are no directories in their places, by type and by what is there. */
export class EntryPlacer {
  readonly #files: FileRestorer
  readonly #others: OtherRestorer
  readonly #links = new HardLinks()
  readonly #linkMaker: LinkMaker

  constructor(
    private readonly context: RestoreContext,
    target: SafeDirectory | undefined,
    base: ByteString,
    private readonly clear: ClearPlace,
    openDirectories: () => number,
  ) {
    this.#files = new FileRestorer(context, openDirectories)
    this.#others = new OtherRestorer(context)
    this.#linkMaker = new LinkMaker(context, target, base, clear)
  }

  /** `found`: what has the name now. A promise where the caller should wait. Errors: those that end the restore. */
  place(place: Place, entry: Entry, found: Stat | undefined): Promise<void> | undefined {
    const { path } = place
    const decision = found === undefined ? 'create' : this.#decide(place, entry, found)
    if (decision === 'conflict') this.context.inTheWay(path)
    else if (decision === 'skip') this.context.tally.skipped(path, contentSizeBytesOf(entry))
    else if (this.context.isFirstLook || !mayBeLinked(entry))
      return this.#make(place, entry, found, decision, undefined)
    else return this.#makeOrLink(place, entry, found, decision)
    return undefined
  }

  /** Resolves when everything is in its place. */
  async end(): Promise<void> {
    await this.#files.flush()
    await this.#linkMaker.end()
  }

  /** Resolves when nothing is under way; what was not begun is given up. */
  async settle(): Promise<void> {
    await this.#files.settle()
    this.#links.giveUp()
    await this.#linkMaker.giveUp()
  }

  #makeOrLink(
    place: Place,
    entry: Entry,
    found: Stat | undefined,
    decision: Decision,
  ): Promise<void> | undefined {
    const known = this.#links.meet(entry, place.directory.path, place.name)
    if ('end' in known) return this.#make(place, entry, found, decision, known.end)
    this.#linkMaker.add({ ...place, first: known, entry })
    return this.#linkMaker.waitingCount < waitingLinksMax ? undefined : this.#files.flush()
  }

  #make(
    place: Place,
    entry: Entry,
    found: Stat | undefined,
    decision: Decision,
    onEnd: ((isRight: boolean) => void) | undefined,
  ): Promise<void> | undefined {
    const { directory, name, path } = place
    try {
      if (found?.type === 'directory' && !this.clear(directory, name, path)) onEnd?.(false)
      else if (entry.type === EntryType.file) return this.#makeFile(place, entry, found, decision, onEnd)
      else {
        this.#others.restore(place, entry, found, decision)
        onEnd?.(true)
      }
    } catch (error) {
      onEnd?.(false)
      if (error instanceof VarveError && error.code !== 'native-missing') throw error
      this.context.tally.problem(path, 'target', reasonOf(error))
    }
    return undefined
  }

  #makeFile(
    place: Place,
    entry: Entry,
    found: Stat | undefined,
    decision: Decision,
    onEnd: ((isRight: boolean) => void) | undefined,
  ): Promise<void> | undefined {
    const { directory, attributes, name, path } = place
    const work = {
      path,
      name,
      directory,
      content: entry.content as FileContent,
      attributes: directory.isNew ? withoutWhatNewHas(attributes, directory) : attributes,
      replaces:
        found === undefined ? undefined : found.type === 'file' ? ('file' as const) : ('other' as const),
      isCompared: decision === 'compare',
      onEnd,
    }
    if (found === undefined || decision !== 'keep') return this.#files.add(work)
    keepFile(this.context, work, found)
    onEnd?.(true)
    return undefined
  }

  #decide({ directory, name, attributes }: Place, entry: Entry, found: Stat): Decision {
    const isFile = entry.type === EntryType.file
    const wanted = {
      mtimeNs: attributes.mtimeNs,
      sizeBytes: isFile ? contentSizeBytesOf(entry) : undefined,
      isAlike: isAlike(directory.safe!, name, entry, found),
      isDoubtful: (entry.flags & EntryFlag.changedWhileRead) !== 0 || !this.context.isCompared,
    }
    if (isFile && isUnfinished(found, attributes)) return 'replace'
    return decide(wanted, found, this.context.options.overwrite)
  }
}
