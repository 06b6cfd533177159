import { type ByteString, textOf } from '../../bytes/byte-string.js'
import { VarveError } from '../../errors.js'
import type { Attributes } from '../../filesystem/attributes.js'
import { EntryType } from '../../format/entry.js'
import type { Snapshot } from '../../format/snapshot.js'
import { isEntryName, keyOf } from '../../format/tree-key.js'
import type { ChunkReader } from '../../repository/chunk-reader.js'
import { rangeOfKey } from '../../tree/key-range.js'
import type { TreeCursor } from '../../tree/tree-cursor.js'
import { entries, lookup, subtree } from '../../tree/tree-reader.js'
import type { AttributeMaker } from './attributes-of.js'

/** What of a snapshot is restored. Each pass over it needs a cursor of its own. */
export interface SnapshotPart {
  /** The directory in the snapshot whose entries go directly into the target. */
  readonly base: ByteString
  /** Of that directory, where they are to be the target's. */
  readonly attributes: Attributes | undefined
  /** All that the directory has, not one entry of it. */
  readonly isDirectory: boolean
  readonly cursor: () => TreeCursor
  readonly totals: { readonly files: number; readonly bytes: number } | undefined
}

/** Errors: `not-found`, those of reading the tree. */
export const partOf = async (
  reader: ChunkReader,
  { root, rootAttributes, id }: Snapshot,
  path: ByteString,
  maker: AttributeMaker,
): Promise<SnapshotPart> => {
  const whole = { files: root.entries, bytes: root.bytes }
  if (path === '') {
    const attributes = rootAttributes === null ? undefined : await maker.ofRoot(rootAttributes)
    return {
      base: path,
      attributes,
      isDirectory: true,
      cursor: () => subtree(reader, root, path),
      totals: whole,
    }
  }
  const cut = path.lastIndexOf('/')
  const directory = path.slice(0, Math.max(0, cut)) as ByteString
  const isPossible = path.split('/').every((name) => isEntryName(name as ByteString))
  const key = isPossible ? keyOf(directory, path.slice(cut + 1) as ByteString) : undefined
  const entry = key && (await lookup(reader, root, key))
  if (key === undefined || entry === undefined)
    throw new VarveError('not-found', `${textOf(path)} is not in snapshot ${id.slice(0, 8)}`, {
      hint: 'varve ls shows what is in it.',
    })
  if (entry.type === EntryType.directory) {
    const attributes = await maker.of(entry)
    return {
      base: path,
      attributes,
      isDirectory: true,
      cursor: () => subtree(reader, root, path),
      totals: undefined,
    }
  }
  const cursor = (): TreeCursor => entries(reader, root, rangeOfKey(key))
  return { base: directory, attributes: undefined, isDirectory: false, cursor, totals: undefined }
}
