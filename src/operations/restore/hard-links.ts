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

/** This is the first name; `end` must be told once whether it is right. */
export interface FirstMet {
  readonly end: (isRight: boolean) => void
}

interface Remembered {
  readonly first: FirstName
  /** Names that may still come. */
  left: number
}

/** Which entries are names of one inode: only those that agree in everything (docs/FORMAT.md §8.4). */
export class HardLinks {
  readonly #firsts = new Map<string, Remembered>()
  readonly #unended = new Set<(isRight: boolean) => void>()

  /** The name that came before, if any. */
  meet(entry: Entry, directory: ByteString, name: ByteString): FirstName | FirstMet {
    const key = keyOf(entry)
    const known = this.#firsts.get(key)
    if (known !== undefined) {
      if (--known.left === 0) this.#firsts.delete(key)
      return known.first
    }
    let end = (_isRight: boolean): void => undefined
    const isRight = new Promise<boolean>((resolve) => {
      end = (right) => {
        this.#unended.delete(end)
        resolve(right)
      }
    })
    this.#unended.add(end)
    this.#firsts.set(key, { first: { directory, name, isRight }, left: entry.links - 1 })
    return { end }
  }

  /** Nobody needs to wait for first names any longer. */
  giveUp(): void {
    for (const end of this.#unended) end(false)
  }
}

export const mayBeLinked = ({ type, links, inode }: Entry): boolean =>
  links > 1 && inode !== 0 && type !== EntryType.directory

const keyOf = (entry: Entry): string =>
  [entry.mount, entry.inode, entry.type, entry.mtimeSeconds, entry.mtimeNanoseconds, contentKey(entry)].join(
    ' ',
  )

const contentKey = ({ content }: Entry): string => {
  if (content === null || typeof content === 'string') return `${content}`
  if (!isFileContent(content)) return `${content.major}:${content.minor}`
  const bytes = content.form === 'inline' ? content.pieces : content.root
  return `${content.sizeBytes} ${chunkKey(bytes)}`
}
