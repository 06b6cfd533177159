import type { ByteString } from '../../bytes/byte-string.js'
import { EntryFlag, EntryType } from '../../format/entry.js'
import { encodeEntryValue } from '../../format/entry-value.js'
import { keyOf, splitKey } from '../../format/tree-key.js'
import { marked } from './mend-entry.js'

/** A directory whose entry is lost and of which something below is not (I-13): nobody but its owner, root, may enter it. */
export const madeUpDirectory = (): Uint8Array =>
  encodeEntryValue(
    marked(
      {
        type: EntryType.directory,
        mode: 0o700,
        uid: 0,
        gid: 0,
        user: '' as ByteString,
        group: '' as ByteString,
        mtimeSeconds: 0,
        mtimeNanoseconds: 0,
        ctimeSeconds: 0,
        ctimeNanoseconds: 0,
        inode: 0,
        links: 1,
        mount: 0,
        flags: EntryFlag.changedWhileRead,
        content: null,
        xattrs: [],
        extensions: [],
      },
      { ranges: [], attributes: 0, isHoleMapLost: false, isMadeUp: true },
    ),
  )

/** Finds directories without an entry, from keys that come in order. Memory: the keys of all directories. */
export class DirectoryGaps {
  readonly #known = new Set<ByteString>()
  #last = '' as ByteString
  readonly missing: ByteString[] = []

  take(key: ByteString, isDirectory: boolean): void {
    const { directory } = splitKey(key)
    if (directory !== this.#last) {
      this.#require(directory)
      this.#last = directory
    }
    if (isDirectory) this.#known.add(key)
  }

  #require(directory: ByteString): void {
    if (directory === '') return
    const slash = directory.lastIndexOf('/')
    const parent = directory.slice(0, Math.max(0, slash)) as ByteString
    const key = keyOf(parent, directory.slice(slash + 1) as ByteString)
    if (this.#known.has(key)) return
    this.#known.add(key)
    this.missing.push(key)
    this.#require(parent)
  }
}
