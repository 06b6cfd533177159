import { type ByteString, textOf } from '../../bytes/byte-string.js'
import { byteStringOfEscapedText } from '../../bytes/escaped-text.js'
import { VarveError } from '../../errors.js'
import type { Snapshot } from '../../format/snapshot.js'
import { pathOfKey } from '../../format/tree-key.js'
import type { CallOptions } from '../../progress.js'
import { ensureIndex } from '../../repository/ensure-index.js'
import { treePathOf } from '../../repository/parse-reference.js'
import { type Reference, resolveReference } from '../../repository/resolve-reference.js'
import type { Store } from '../../repository/store.js'
import { entryAt, keyOfPath } from '../../snapshot/find-entry.js'
import { shortIdOf } from '../../snapshot/snapshot-summary.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import { type KeyRange, rangeOfKey, subtreeRange, wholeTree } from '../../tree/key-range.js'
import type { NodeSource } from '../../tree/node-store.js'
import { diff as diffTrees } from '../../tree/tree-diff.js'
import { type Difference, differenceOf } from './difference.js'

export interface DiffOptions extends CallOptions {
  /** Only what is at or below this path, as text like a reference's (bytes/escaped-text.ts); below the references' own path. */
  readonly path?: string | undefined
}

/**
 * What snapshot `after` changed of snapshot `before`, in tree order. Subtrees that both share are not read, so the time is
 * that of the change. Both references may name the same path. Attributes of the sources' own root are not compared.
 * Errors: `not-found`, `ambiguous`, `invalid-argument`, `corrupt`, `missing`, `interrupted`.
 */
export async function* diff(
  store: Store,
  before: Reference,
  after: Reference,
  options: DiffOptions = {},
): AsyncGenerator<Difference, void, undefined> {
  const [a, b] = await Promise.all([resolveReference(store, before), resolveReference(store, after)])
  if (a.path !== b.path) throw differentPaths(a.path, b.path)
  const path = treePathOf(`${a.path}/${byteStringOfEscapedText(options.path ?? '')}` as ByteString)
  const reader = await ensureIndex(store)
  let filesDone = 0
  for (const range of await rangesOf(reader, a.snapshot, b.snapshot, path)) {
    for await (const found of diffTrees(reader, a.snapshot.root, b.snapshot.root, range)) {
      throwIfAborted(options.signal)
      const difference = differenceOf(found.before, found.after)
      if (difference !== undefined) yield difference
      filesDone++
      options.onProgress?.({ phase: 'diff', filesDone, bytesDone: 0, current: textOf(pathOfKey(found.key)) })
    }
  }
}

/** Where the path leads in at least one of the two. Errors: `not-found`. */
const rangesOf = async (
  source: NodeSource,
  before: Snapshot,
  after: Snapshot,
  path: ByteString,
): Promise<KeyRange[]> => {
  if (path === '') return [wholeTree]
  const key = keyOfPath(path)
  const found = await Promise.all([entryAt(source, before, path), entryAt(source, after, path)])
  if (key !== undefined && found.some((entry) => entry !== undefined))
    return [rangeOfKey(key), subtreeRange(path)]
  const [first, second] = [shortIdOf(before.id), shortIdOf(after.id)]
  const who = first === second ? `snapshot ${first} has no` : `neither snapshot ${first} nor ${second} has an`
  throw new VarveError('not-found', `${who} entry ${textOf(path)}`, {
    hint: `varve ls ${second} shows what is there.`,
  })
}

const differentPaths = (a: ByteString, b: ByteString): VarveError =>
  new VarveError(
    'invalid-argument',
    `${textOf(a) || 'the root'} and ${textOf(b) || 'the root'} are different paths`,
    {
      hint: 'Name the same path in both snapshots, or restore both and compare them.',
    },
  )
