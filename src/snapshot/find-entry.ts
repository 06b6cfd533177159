import { type ByteString, textOf } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import { EntryType } from '../format/entry.js'
import { keyMaxBytes, nameMaxBytes } from '../format/limits.js'
import type { Snapshot } from '../format/snapshot.js'
import type { StoredEntry } from '../format/stored-entry.js'
import { keyOf, pathOfKey } from '../format/tree-key.js'
import type { NodeSource } from '../tree/node-store.js'
import { lookup } from '../tree/tree-reader.js'
import { typeTextOf } from './listed-entry.js'
import { shortIdOf } from './snapshot-summary.js'

/** The key of a path as `a/b`; undefined for one that no tree can have. */
export const keyOfPath = (path: ByteString): ByteString | undefined => {
  const names = path.split('/')
  const isPossible =
    path.length < keyMaxBytes && names.every((name) => name.length > 0 && name.length <= nameMaxBytes)
  if (!isPossible) return undefined
  const name = names.pop() as ByteString
  return keyOf(names.join('/') as ByteString, name)
}

/** The entry at a path as `a/b`, which is not the root. Errors: `not-found`, naming path and snapshot. */
export const findEntry = async (
  source: NodeSource,
  snapshot: Snapshot,
  path: ByteString,
): Promise<StoredEntry> =>
  (await entryAt(source, snapshot, path)) ?? (await nothingAt(source, snapshot, path))

export const entryAt = async (
  source: NodeSource,
  snapshot: Snapshot,
  path: ByteString,
): Promise<StoredEntry | undefined> => {
  const key = keyOfPath(path)
  return key === undefined ? undefined : lookup(source, snapshot.root, key)
}

/** The error says how far the path leads. */
const nothingAt = async (source: NodeSource, snapshot: Snapshot, path: ByteString): Promise<never> => {
  const id = shortIdOf(snapshot.id)
  const last = await lastOnTheWay(source, snapshot, path)
  const where = last === undefined ? id : `${id}:${textOf(pathOfKey(last.key))}`
  const hint =
    last === undefined || last.type === EntryType.directory
      ? `varve ls ${where} shows what is there.`
      : `${where} is ${typeTextOf(last)}, and nothing is below it.`
  throw new VarveError('not-found', `snapshot ${id} has no entry ${textOf(path)}`, { hint })
}

const lastOnTheWay = async (
  source: NodeSource,
  snapshot: Snapshot,
  path: ByteString,
): Promise<StoredEntry | undefined> => {
  let last: StoredEntry | undefined
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
    const next = await entryAt(source, snapshot, path.slice(0, end) as ByteString)
    if (next === undefined) break
    last = next
  }
  return last
}
