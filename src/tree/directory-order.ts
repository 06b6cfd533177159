import type { ByteString } from '../bytes/byte-string.js'
import { CorruptError } from '../errors.js'
import { EntryType } from '../format/entry.js'
import type { StoredEntry } from '../format/stored-entry.js'
import { keyPrefixOf } from '../format/tree-key.js'
import { type LoadedLeaf, treeNodeName } from './read-node.js'

interface OpenDirectory {
  /** What the keys of everything below begin with: each component and 00. */
  readonly prefix: string
  /** The directories seen in it; those before `next` were passed. */
  readonly names: string[]
  next: number
}

/**
 * Checks that every directory that has entries has an entry (I-13), over all entries of a tree or of a
 * directory's subtree in order. A directory's entries come before what is below its subdirectories, in the
 * same order, so a queue of names for each open directory is enough: one name for each sister directory.
 */
export class DirectoryOrder {
  readonly #open: OpenDirectory[]

  /** @param directory where the walk begins, as `a/b`; the root is the empty string. */
  constructor(directory: ByteString) {
    this.#open = [{ prefix: keyPrefixOf(directory).slice(0, -1), names: [], next: 0 }]
  }

  /** Errors: `corrupt`, naming the leaf. */
  see(entry: StoredEntry, leaf: LoadedLeaf): void {
    const { key } = entry
    const prefixLength = key.lastIndexOf('\0')
    let top = this.#open[this.#open.length - 1]!
    if (prefixLength !== top.prefix.length || !key.startsWith(top.prefix)) {
      top = this.#enter(key.slice(0, prefixLength), leaf)
    }
    if (entry.type === EntryType.directory) top.names.push(key.slice(prefixLength + 1))
  }

  #enter(prefix: string, leaf: LoadedLeaf): OpenDirectory {
    const open = this.#open
    while (open.length > 1 && !prefix.startsWith(open[open.length - 1]!.prefix)) open.pop()
    const parent = open[open.length - 1]!
    const name = prefix.slice(parent.prefix.length, -1)
    while (parent.next < parent.names.length && parent.names[parent.next]! < name) parent.next++
    if (parent.names[parent.next] !== name) {
      throw new CorruptError(treeNodeName(leaf.id), 'has entries of a directory that has no entry')
    }
    parent.next++
    const entered = { prefix, names: [], next: 0 }
    open.push(entered)
    return entered
  }
}
