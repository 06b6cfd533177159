import { type ByteString, textOf } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import { keyMaxBytes, nameMaxBytes } from '../format/limits.js'
import type { Snapshot } from '../format/snapshot.js'
import type { StoredEntry } from '../format/stored-entry.js'
import { keyOf } from '../format/tree-key.js'
import type { NodeSource } from '../tree/node-store.js'
import { lookup } from '../tree/tree-reader.js'
import { typeTextOf } from './listed-entry.js'
import { shortIdOf } from './snapshot-summary.js'

/** The key of a path as `a/b`; undefined for one that no tree can have. */
export const keyOfPath = (path: ByteString): ByteString | undefined => {
  const names = path.split('/')
  const isPossible = path.length < keyMaxBytes && names.every((name) => name.length > 0 && name.length <= nameMaxBytes)
  if (!isPossible) return undefined
  const name = names.pop() as ByteString
  return keyOf(names.join('/') as ByteString, name)
}

/** The entry at a path as `a/b`, which is not the root. Errors: `not-found`, naming path and snapshot. */
export const findEntry = async (source: NodeSource, snapshot: Snapshot, path: ByteString): Promise<StoredEntry> =>
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
  let above = parentOf(path)
  let entry: StoredEntry | undefined
  while (above !== '') {
    entry = await entryAt(source, snapshot, above)
    if (entry !== undefined) break
    above = parentOf(above)
  }
  const where = above === '' ? id : `${id}:${textOf(above)}`
  const hint =
    entry === undefined || entry.content === null
      ? `varve ls ${where} shows what is there.`
      : `${where} is ${typeTextOf(entry)}, and nothing is below it.`
  throw new VarveError('not-found', `snapshot ${id} has no ${textOf(path)}`, { hint })
}

const parentOf = (path: ByteString): ByteString => path.slice(0, Math.max(0, path.lastIndexOf('/'))) as ByteString
