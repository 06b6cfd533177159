import type { Stat } from '../../filesystem/stat.js'
import type { Xattr } from '../../filesystem/xattrs.js'
import type { FileNote, StoredFiles } from '../../workers/jobs.js'

const none: readonly never[] = []

/** What became of the files of a batch, one after the other; what few files have is found without a search. */
export class BatchResult {
  #index = -1
  #note = 0
  #holes = 0
  #xattrs = 0

  constructor(private readonly files: StoredFiles) {}

  /** Goes to the next file; to the first one at first. */
  step(): void {
    const before = this.#index++
    if (this.files.notes[this.#note]?.index === before) this.#note++
    if (this.files.holes[this.#holes]?.index === before) this.#holes++
    if (this.files.xattrs[this.#xattrs]?.index === before) this.#xattrs++
  }

  get note(): FileNote | undefined {
    const note = this.files.notes[this.#note]
    return note?.index === this.#index ? note : undefined
  }

  /** Flat [start, length, …]. */
  get holes(): readonly number[] {
    const holes = this.files.holes[this.#holes]
    return holes?.index === this.#index ? holes.ranges : none
  }

  get xattrs(): readonly Xattr[] {
    const xattrs = this.files.xattrs[this.#xattrs]
    return xattrs?.index === this.#index ? xattrs.xattrs : none
  }

  /** Packed; a view. */
  get pieces(): Uint8Array {
    const { pieces, pieceEnds } = this.files
    return pieces.subarray(this.#index === 0 ? 0 : pieceEnds[this.#index - 1], pieceEnds[this.#index])
  }

  /** The attributes that the file had when it was read, laid over what the walk saw. */
  statOver(seen: Stat): Stat {
    const { sizes, times, inodes, attributes } = this.files
    const at = this.#index
    return {
      type: seen.type,
      mode: attributes[4 * at]!,
      uid: attributes[4 * at + 1]!,
      gid: attributes[4 * at + 2]!,
      sizeBytes: sizes[at]!,
      allocatedBytes: seen.allocatedBytes,
      mtimeNs: times[2 * at]!,
      ctimeNs: times[2 * at + 1]!,
      inode: inodes[at]!,
      links: attributes[4 * at + 3]!,
      device: seen.device,
      deviceNumber: seen.deviceNumber,
    }
  }
}
