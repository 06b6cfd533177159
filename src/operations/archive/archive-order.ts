import type { ByteString } from '../../bytes/byte-string.js'
import { EntryType } from '../../format/entry.js'
import type { StoredEntry } from '../../format/stored-entry.js'
import { keyPrefixOf } from '../../format/tree-key.js'
import type { TreeCursor } from '../../tree/tree-cursor.js'

interface OpenDirectory {
  /** What the keys of everything below begin with. */
  readonly prefix: string
  /** Its subdirectories, whose turn comes when all else that stands in it was given. */
  readonly waiting: StoredEntry[]
  next: number
}

/**
 * Everything below a directory so that each directory comes directly before what is in it: extractors set a directory's times
 * and permissions when they leave it, and must not come back. A tree lists all of a directory before what is below its
 * subdirectories, in the same order, so the subdirectories wait. Memory: the entries of sister directories.
 */
export async function* archiveOrder(
  cursor: TreeCursor,
  directory: ByteString,
): AsyncGenerator<StoredEntry, void, undefined> {
  const open: OpenDirectory[] = [{ prefix: keyPrefixOf(directory).slice(0, -1), waiting: [], next: 0 }]
  while (await cursor.advance()) {
    const { entry } = cursor
    const prefix = entry.key.slice(0, entry.key.lastIndexOf('\0'))
    if (prefix !== open.at(-1)!.prefix) yield* enter(open, prefix)
    if (entry.type === EntryType.directory) open.at(-1)!.waiting.push(entry)
    else yield entry
  }
  while (open.length > 0) yield* leave(open)
}

/** Gives the directories that are passed on the way, which are empty, and then the one that is entered. */
function* enter(open: OpenDirectory[], prefix: string): Generator<StoredEntry, void, undefined> {
  while (!prefix.startsWith(open.at(-1)!.prefix)) yield* leave(open)
  const parent = open.at(-1)!
  const name = prefix.slice(parent.prefix.length, -1)
  for (let found = false; !found && parent.next < parent.waiting.length; parent.next++) {
    const entry = parent.waiting[parent.next]!
    yield entry
    found = entry.key.endsWith(`\0${name}`)
  }
  open.push({ prefix, waiting: [], next: 0 })
}

function* leave(open: OpenDirectory[]): Generator<StoredEntry, void, undefined> {
  const { waiting, next } = open.pop()!
  yield* waiting.slice(next)
}
