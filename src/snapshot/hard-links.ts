import { createHash } from 'node:crypto'
import type { ByteString } from '../bytes/byte-string.js'
import { type Entry, EntryType, isFileContent } from '../format/entry.js'

/**
 * Remembers entries that have other links, to say which are one inode: mount, inode, type, size, mtime and content agree
 * (docs/FORMAT.md §8.4). Memory: some 200 bytes for each inode until all its links were seen.
 */
export class HardLinks {
  readonly #first = new Map<string, { path: ByteString; left: number }>()

  /** Where the inode was met first; undefined when that is here, or it has no other links. */
  firstOf(entry: Entry, path: ByteString): ByteString | undefined {
    if (entry.links < 2 || entry.inode === 0 || entry.type === EntryType.directory) return undefined
    const key = inodeKeyOf(entry)
    const first = this.#first.get(key)
    if (first === undefined) {
      this.#first.set(key, { path, left: entry.links - 1 })
      return undefined
    }
    if (--first.left === 0) this.#first.delete(key)
    return first.path
  }
}

const inodeKeyOf = (entry: Entry): string =>
  createHash('sha256')
    .update(`${entry.mount} ${entry.inode} ${entry.type} ${entry.mtimeSeconds} ${entry.mtimeNanoseconds} `)
    .update(contentTextOf(entry), 'latin1')
    .digest('base64')

const contentTextOf = ({ content }: Entry): string => {
  if (content === null || typeof content === 'string') return content ?? ''
  if (!isFileContent(content)) return `${content.major} ${content.minor}`
  const bytes = content.form === 'inline' ? content.pieces : content.root
  return `${content.form} ${content.sizeBytes} ${Buffer.from(bytes).toString('latin1')}`
}
