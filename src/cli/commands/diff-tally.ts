import type { Difference, ListedEntry } from '../../index.js'
import { countText } from '../output/count-text.js'
import { byteSizeText } from '../values/byte-size.js'

interface Side {
  files: number
  dirs: number
  others: number
  bytes: number
}

/** Sums of a comparison. Bytes are sizes of files: what stored them may be shared with others. */
export class DiffTally {
  readonly #added: Side = { files: 0, dirs: 0, others: 0, bytes: 0 }
  readonly #removed: Side = { files: 0, dirs: 0, others: 0, bytes: 0 }
  #changed = 0
  #metadata = 0

  add({ kind, before, after }: Difference): void {
    if (kind === 'metadata') this.#metadata++
    else if (kind === 'modified') this.#changed++
    if (kind === 'added' || kind === 'type') count(this.#added, after)
    if (kind === 'removed' || kind === 'type') count(this.#removed, before)
  }

  /** Under restic's names. */
  fields(): Record<string, unknown> {
    return {
      changed_files: this.#changed,
      changed_metadata: this.#metadata,
      added: this.#added,
      removed: this.#removed,
    }
  }

  text(): string {
    const parts = [
      `${sideText(this.#added)} added`,
      `${sideText(this.#removed)} removed`,
      `${countText(this.#changed)} modified`,
      `${countText(this.#metadata)} with other attributes`,
    ]
    return parts.join(', ')
  }
}

const count = (side: Side, entry: ListedEntry | undefined): void => {
  if (entry === undefined) return
  if (entry.type === 'file') side.files++
  else if (entry.type === 'directory') side.dirs++
  else side.others++
  if (entry.type === 'file') side.bytes += entry.sizeBytes
}

const sideText = ({ files, dirs, others, bytes }: Side): string => {
  const total = countText(files + dirs + others)
  return bytes === 0 ? total : `${total} (${byteSizeText(bytes)})`
}
