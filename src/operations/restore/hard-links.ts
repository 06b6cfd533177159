import type { ByteString } from '../../bytes/byte-string.js'
import { type Entry, EntryType, isFileContent } from '../../format/entry.js'
import { chunkKey } from '../../format/ids.js'

/** The first name of an inode that has several. */
export interface FirstName {
  readonly directory: ByteString
  readonly name: ByteString
  /** Whether it is right under its name, once that is known. */
  readonly isRight: Promise<boolean>
}

interface Remembered {
  readonly first: FirstName
  /** Names that may still come. */
  left: number
}

/** Which entries are names of one inode: only those that agree in everything (docs/FORMAT.md §8.4). */
export class HardLinks {
  readonly #firsts = new Map<string, Remembered>()

  /** The name that came before, if any. Otherwise `first` is asked for and remembered. */
  meet(entry: Entry, first: () => FirstName): FirstName | undefined {
    const key = keyOf(entry)
    const known = this.#firsts.get(key)
    if (known === undefined) {
      this.#firsts.set(key, { first: first(), left: entry.links - 1 })
      return undefined
    }
    if (--known.left === 0) this.#firsts.delete(key)
    return known.first
  }
}

export const mayBeLinked = ({ type, links, inode }: Entry): boolean =>
  links > 1 && inode !== 0 && type !== EntryType.directory

const keyOf = (entry: Entry): string =>
  [entry.mount, entry.inode, entry.type, entry.mtimeSeconds, entry.mtimeNanoseconds, contentKey(entry)].join(' ')

const contentKey = ({ content }: Entry): string => {
  if (content === null || typeof content === 'string') return `${content}`
  if (!isFileContent(content)) return `${content.major}:${content.minor}`
  const bytes = content.form === 'inline' ? content.pieces : content.root
  return `${content.sizeBytes} ${chunkKey(bytes)}`
}
