import type { ByteString } from '../../bytes/byte-string.js'
import type { Attributes } from '../../filesystem/attributes.js'
import type { DiskNames } from './disk-names.js'
import type { Selected } from './selection.js'
import type { TargetDirectory } from './target-directory.js'

/** A directory that the walk has met as an entry and whose own entries are still to come. */
export interface MetDirectory {
  readonly name: ByteString
  /** Undefined where its entry is lost. */
  readonly attributes: Attributes | undefined
  readonly selected: Selected
}

/** A directory of the tree that the walk is in. */
export class TargetFrame {
  /** Subdirectories in order; those before `nextMet` were entered or passed. */
  readonly met: MetDirectory[] = []
  nextMet = 0
  /** What was there before, met along with the entries. */
  names: DiskNames | undefined
  /** Undefined until something in it is restored; null where nothing can be. */
  target: TargetDirectory | null | undefined

  constructor(
    /** What the keys of everything below begin with: each component and 00. */
    readonly prefix: string,
    /** In the snapshot. */
    readonly path: ByteString,
    readonly parent: TargetFrame | undefined,
    readonly own: MetDirectory,
  ) {}

  /** Takes the record of a subdirectory, and hands those before it, which have no entries, to `pass`. */
  take(name: ByteString | undefined, pass: (met: MetDirectory) => void): MetDirectory | undefined {
    while (this.nextMet < this.met.length) {
      const next = this.met[this.nextMet]!
      if (name !== undefined && next.name > name) return undefined
      this.met[this.nextMet++] = undefined as never
      if (next.name === name) return next
      pass(next)
    }
    return undefined
  }
}
