import type { ByteString } from '../../bytes/byte-string.js'
import type { Attributes } from '../../filesystem/attributes.js'
import type { SafeDirectory } from '../../filesystem/safe-directory.js'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * A directory of the target while the walk is in it or files are being made in it. Its own attributes come last: when
 * everything that was to be done in it is done.
 */
export class TargetDirectory {
  /** Undefined in a dry run where the directory does not exist. */
  readonly safe: SafeDirectory | undefined
  #holds = 1

  constructor(
    /** In the snapshot. */
    readonly path: ByteString,
    opened: SafeDirectory | undefined,
    /** Made by this run: nothing else is in it. */
    readonly isNew: boolean,
    /** New files in it inherit an ACL. */
    readonly givesAcl: boolean,
    /** Whom new files in it belong to; undefined where that is not known, or modes mean nothing. */
    readonly ownerOfNew: Owner | undefined,
    private readonly attributes: Attributes | undefined,
    private readonly parent: TargetDirectory | undefined,
    private readonly applyTo: (directory: SafeDirectory, attributes: Attributes, path: ByteString) => void,
    private readonly onClose: () => void,
  ) {
    this.safe = opened
    parent?.hold()
  }

  get fd(): number {
    return this.safe!.fd
  }

  hold(): void {
    this.#holds++
  }

  release(): void {
    if (--this.#holds > 0) return
    if (this.safe !== undefined) {
      if (this.attributes !== undefined) this.applyTo(this.safe, this.attributes, this.path)
      this.safe.close()
    }
    this.onClose()
    this.parent?.release()
  }
}
