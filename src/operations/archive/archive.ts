import { type ByteString, textOf } from '../../bytes/byte-string.js'
import { EntryType, isFileContent } from '../../format/entry.js'
import type { Snapshot } from '../../format/snapshot.js'
import type { StoredEntry } from '../../format/stored-entry.js'
import { pathOfKey, splitKey } from '../../format/tree-key.js'
import { ensureIndex } from '../../repository/ensure-index.js'
import { type Reference, resolveReference } from '../../repository/resolve-reference.js'
import type { Store } from '../../repository/store.js'
import { requireNothingLost } from '../../snapshot/entry-loss.js'
import { fileContent } from '../../snapshot/file-content.js'
import { findEntry } from '../../snapshot/find-entry.js'
import { HardLinks } from '../../snapshot/hard-links.js'
import { shortIdOf } from '../../snapshot/snapshot-summary.js'
import { throwIfAborted } from '../../snapshot/throw-if-aborted.js'
import type { NodeSource } from '../../tree/node-store.js'
import { subtree } from '../../tree/tree-reader.js'
import { archiveOrder } from './archive-order.js'
import { gatherParts } from './gather-parts.js'
import { tarBlockBytes, tarHeaderOf, tarPaddingOf } from './tar-header.js'
import { tarMemberOf, tarMemberOfRoot } from './tar-member.js'

export interface ArchiveOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * A directory with everything below it, or a single entry, as a tar stream in the pax format of POSIX.1. Members are named
 * from the directory on (`./a/b`), a single entry by its name. Holes are written as zeros; sockets are left out.
 * Errors: `not-found`, `ambiguous`, `corrupt`, `missing`, `interrupted`; the stream is useless then.
 */
export async function* archive(
  store: Store,
  reference: Reference,
  { signal }: ArchiveOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { snapshot, path } = await resolveReference(store, reference)
  yield* gatherParts(archiveParts(await ensureIndex(store), snapshot, path, signal))
}

async function* archiveParts(
  source: NodeSource,
  snapshot: Snapshot,
  path: ByteString,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const writer = new MemberWriter(source, shortIdOf(snapshot.id))
  const top = path === '' ? undefined : await findEntry(source, snapshot, path)
  if (top === undefined || top.type === EntryType.directory) {
    if (top !== undefined) yield* writer.member(top, '.' as ByteString)
    else if (snapshot.rootAttributes !== null)
      yield tarHeaderOf(await tarMemberOfRoot(source, snapshot.rootAttributes))
    const skipped = path === '' ? 0 : path.length + 1
    for await (const entry of archiveOrder(subtree(source, snapshot.root, path), path)) {
      throwIfAborted(signal)
      yield* writer.member(entry, `./${pathOfKey(entry.key).slice(skipped)}` as ByteString)
    }
  } else yield* writer.member(top, splitKey(top.key).name)
  yield Buffer.alloc(2 * tarBlockBytes)
}

class MemberWriter {
  readonly #links = new HardLinks()

  constructor(
    private readonly source: NodeSource,
    private readonly shortId: string,
  ) {}

  async *member(entry: StoredEntry, path: ByteString): AsyncGenerator<Uint8Array, void, undefined> {
    const member = await tarMemberOf(this.source, entry, path, this.#links.firstOf(entry, path))
    if (member === undefined) return
    const objectName = `${this.shortId}:${textOf(pathOfKey(entry.key))}`
    if (member.sizeBytes > 0) requireNothingLost(entry, {}, objectName)
    yield tarHeaderOf(member)
    if (member.sizeBytes === 0 || !isFileContent(entry.content)) return
    yield* fileContent(this.source, entry.content, {}, objectName)
    yield Buffer.alloc(tarPaddingOf(member.sizeBytes))
  }
}
