import type { ByteString } from '../../bytes/byte-string.js'
import type { Attributes } from '../../filesystem/attributes.js'
import type { Stat } from '../../filesystem/stat.js'
import { readXattrs } from '../../filesystem/xattrs.js'
import { type Entry, EntryType } from '../../format/entry.js'
import { reasonOf } from '../../workers/restore-file.js'
import type { Decision } from './decide.js'
import { xattrsAgree } from './keep-file.js'
import { applyToOther, makeOther } from './make-other.js'
import type { RestoreContext } from './restore-context.js'
import type { TargetDirectory } from './target-directory.js'

/** Where an entry belongs. */
export interface Place {
  readonly directory: TargetDirectory
  readonly name: ByteString
  /** In the snapshot. */
  readonly path: ByteString
  readonly attributes: Attributes
}

/** Makes symbolic links, fifos, sockets and device nodes. */
export class OtherRestorer {
  constructor(private readonly context: RestoreContext) {}

  /** `found`: what has the name, where it is not a directory. Errors: those of the file system. */
  restore(place: Place, entry: Entry, found: Stat | undefined, decision: Decision): void {
    const { tally, isDry } = this.context
    if (found !== undefined && decision === 'keep') {
      tally.other(this.#keep(place, entry, found) ? 'unchanged' : 'updated', place.path)
      return
    }
    if (!isDry) this.#make(place, entry, found !== undefined && found.type !== 'directory')
    tally.other(found === undefined ? 'created' : 'replaced', place.path)
  }

  /** A symbolic link is complete as soon as it exists; only what replaces another must wait for its attributes. */
  #make(place: Place, entry: Entry, replaces: boolean): void {
    const { name } = place
    const safe = place.directory.safe!
    const made = replaces ? this.context.temporaryName() : name
    makeOther(safe, made, entry)
    try {
      this.#apply(place, made, entry)
      if (replaces) safe.rename(made, safe, name)
    } catch (error) {
      if (replaces) safe.unlink(made)
      throw error
    }
  }

  /** Says whether nothing had to be done. */
  #keep(place: Place, entry: Entry, found: Stat): boolean {
    const { attributes, name, directory } = place
    const agrees =
      this.context.attributes.agree(attributes, found, entry.type === EntryType.symlink) &&
      xattrsAgree(attributes.xattrs, () => readXattrs(directory.safe!.reach(name)))
    if (!agrees && !this.context.isDry) this.#apply(place, name, entry)
    return agrees
  }

  #apply({ directory, path, attributes }: Place, name: ByteString, entry: Entry): void {
    applyToOther(directory.safe!, name, path, entry, attributes, ({ attribute, error }) => {
      if (attribute === 'owner' && this.context.ignoresOwners) return
      this.context.tally.problem(path, 'attribute', `${attribute}: ${reasonOf(error)}`)
    })
  }
}
