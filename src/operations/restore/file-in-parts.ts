import type { ByteString } from '../../bytes/byte-string.js'
import { closeFile } from '../../filesystem/read-file.js'
import { closeNewFile } from '../../filesystem/safe-directory.js'
import { finishFile } from '../../workers/restore-file.js'
import { FileWay, PieceSource, type WriteResult } from '../../workers/restore-jobs.js'
import { unfinishedMode } from '../../workers/restore-temporary.js'
import type { FilePlan } from './file-plan.js'
import type { OpenedFile } from './write-job-builder.js'

/** A file of a plan that no single job makes: it is opened here, jobs write into it, and it is finished here. */
export class FileInParts implements OpenedFile {
  readonly fd: number
  readonly oldFd: number
  readonly #made: ByteString

  /** Errors: those of the file system. */
  constructor(
    private readonly plan: FilePlan,
    private readonly file: number,
    temporaryName: () => ByteString,
  ) {
    const safe = plan.directoryOf(file).safe!
    const name = plan.nameOf(file)
    const way = plan.ways[file]
    this.#made = way === FileWay.direct ? name : temporaryName()
    this.oldFd = way === FileWay.replaces && this.#copies() ? safe.openFile(name) : -1
    try {
      this.fd = safe.createNewFile(this.#made, unfinishedMode)
    } catch (error) {
      this.#closeOld()
      throw error
    }
  }

  /** Gives it length, attributes and name. After an error it is gone. Errors: those of the file system. */
  finish(): WriteResult['attributeFailures'] {
    let isOpen = true
    try {
      const { fd, plan, file } = this
      const sizeBytes = plan.sizes[file]!
      const job = { kind: 'finish-file', fd, sizeBytes, attributes: plan.attributesOf(file) } as const
      const { attributeFailures } = finishFile(job)
      isOpen = false
      closeNewFile(fd)
      const safe = plan.directoryOf(file).safe!
      const name = plan.nameOf(file)
      if (this.#made !== name) safe.rename(this.#made, safe, name)
      this.#closeOld()
      return attributeFailures
    } catch (error) {
      this.discard(isOpen)
      throw error
    }
  }

  discard(isOpen = true): void {
    if (isOpen) closeNewFile(this.fd)
    this.#closeOld()
    try {
      this.plan.directoryOf(this.file).safe!.unlink(this.#made)
    } catch {
      // What went wrong before is what must be told; the next restore removes it.
    }
  }

  #copies(): boolean {
    const { firstPieces, sources } = this.plan
    return sources
      .subarray(firstPieces[this.file], firstPieces[this.file + 1])
      .some((source) => source === PieceSource.copy)
  }

  #closeOld(): void {
    if (this.oldFd >= 0) closeFile(this.oldFd)
  }
}
