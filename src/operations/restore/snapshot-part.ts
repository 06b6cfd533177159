import type { ByteString } from '../../bytes/byte-string.js'
import type { Attributes } from '../../filesystem/attributes.js'
import { EntryType } from '../../format/entry.js'
import type { Snapshot } from '../../format/snapshot.js'
import { splitKey } from '../../format/tree-key.js'
import type { ChunkReader } from '../../repository/chunk-reader.js'
import { findEntry } from '../../snapshot/find-entry.js'
import { rangeOfKey } from '../../tree/key-range.js'
import type { TreeCursor } from '../../tree/tree-cursor.js'
import { entries, subtree } from '../../tree/tree-reader.js'
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
  snapshot: Snapshot,
  path: ByteString,
  maker: AttributeMaker,
): Promise<SnapshotPart> => {
  const { root, rootAttributes } = snapshot
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
  const entry = await findEntry(reader, snapshot, path)
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
  const cursor = (): TreeCursor => entries(reader, root, rangeOfKey(entry.key))
  const { directory } = splitKey(entry.key)
  return { base: directory, attributes: undefined, isDirectory: false, cursor, totals: undefined }
}
