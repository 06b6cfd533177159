import type { ByteString } from '../bytes/byte-string.js'
import { byteStringOfEscapedText } from '../bytes/escaped-text.js'
import { VarveError } from '../errors.js'
import type { SnapshotId } from '../format/ids.js'
import type { Snapshot } from '../format/snapshot.js'
import { timestampToText } from '../format/timestamp.js'
import { parseReference } from './parse-reference.js'
import { compareSnapshots } from './snapshot-order.js'
import { listSnapshotIds, readSnapshot, readSnapshots, type UnreadableRecord } from './snapshot-store.js'
import type { Store } from './store.js'

export interface ResolvedReference {
  readonly snapshot: Snapshot
  /** As `a/b`; the root is the empty string. Nothing says yet that the snapshot has it. */
  readonly path: ByteString
  /** Where `latest` was asked for: records that could not be read, one of which may be newer. */
  readonly unreadable: readonly UnreadableRecord[]
}

/** Which snapshots `latest` may be. */
export type SnapshotChoice = (snapshot: Snapshot) => boolean

const candidatesShown = 8

/**
 * `latest`, an id or its unique beginning, each with or without `:path`; as text (UTF-8, other bytes as in
 * bytes/escaped-text.ts), or in two parts with the path's bytes in a latin1 string, as an entry that was found has them.
 */
export type Reference = string | { readonly snapshot: string; readonly path: string }

/** Errors: `not-found`, `ambiguous`, `invalid-argument`, those of reading the record. */
export const resolveReference = (
  store: Store,
  reference: Reference,
  choice?: SnapshotChoice,
): Promise<ResolvedReference> => {
  if (typeof reference === 'string')
    return resolveByteReference(store, byteStringOfEscapedText(reference), choice)
  return resolveByteReference(store, `${reference.snapshot}:${reference.path}` as ByteString, choice)
}

/** As `resolveReference`, with the path's bytes as they are. */
export const resolveByteReference = async (
  store: Store,
  reference: ByteString,
  choice?: SnapshotChoice,
): Promise<ResolvedReference> => {
  const { name, path } = parseReference(reference)
  if (name === 'latest') return { ...(await newest(store, choice)), path }
  const id = await onlyIdWith(store, name)
  return { snapshot: await readSnapshot(store.backend, store.seals, id), path, unreadable: [] }
}

const newest = async (store: Store, choice: SnapshotChoice = () => true) => {
  const { snapshots, unreadable } = await readSnapshots(store.backend, store.seals)
  const snapshot = snapshots.filter(choice).sort(compareSnapshots).at(-1)
  if (snapshot !== undefined) return { snapshot, unreadable }
  const [first] = unreadable
  if (first !== undefined) throw first.error
  throw snapshots.length === 0
    ? new VarveError('not-found', 'the repository has no snapshot yet', {
        hint: 'varve backup PATH makes one.',
      })
    : new VarveError('not-found', 'no snapshot fits what was asked for', {
        hint: 'varve snapshots lists them all.',
      })
}

const onlyIdWith = async (store: Store, prefix: string): Promise<SnapshotId> => {
  const wanted = prefix.toLowerCase()
  const ids = (await listSnapshotIds(store.backend)).filter((id) => id.startsWith(wanted))
  if (ids.length > 1) throw await ambiguous(store, prefix, ids)
  if (ids.length === 1) return ids[0]!
  throw new VarveError('not-found', `no snapshot has an id that begins with ${JSON.stringify(prefix)}`, {
    hint: 'varve snapshots lists the ids; latest is the newest one.',
  })
}

const ambiguous = async (store: Store, prefix: string, ids: readonly SnapshotId[]): Promise<VarveError> => {
  const shown = await Promise.all(ids.slice(0, candidatesShown).map((id) => describe(store, id)))
  const more = ids.length > shown.length ? `, and ${ids.length - shown.length} more` : ''
  return new VarveError(
    'ambiguous',
    `${JSON.stringify(prefix)} fits several snapshots: ${shown.join(', ')}${more}`,
    {
      hint: 'Give more digits of the id.',
    },
  )
}

const describe = async (store: Store, id: SnapshotId): Promise<string> => {
  try {
    return `${id} (${timestampToText((await readSnapshot(store.backend, store.seals, id)).time)})`
  } catch (error) {
    if (error instanceof VarveError) return id
    throw error
  }
}
