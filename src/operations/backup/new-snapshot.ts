import type { ByteString } from '../../bytes/byte-string.js'
import { hexOf, type SnapshotId } from '../../format/ids.js'
import type { Snapshot } from '../../format/snapshot.js'
import { sourceDirectoryExtension } from '../../format/source-directory.js'
import { timestampFromDate } from '../../format/timestamp.js'
import { program } from '../../version.js'

type Taken =
  | 'root'
  | 'sourceStart'
  | 'host'
  | 'paths'
  | 'summary'
  | 'pendingId'
  | 'captured'
  | 'rootAttributes'

export interface SnapshotFacts extends Pick<Snapshot, Taken> {
  /** 16 random bytes. */
  readonly idBytes: Uint8Array
  /** The time that the user wants it to bear. */
  readonly time: Date | undefined
  readonly tags: readonly string[]
  readonly parent: SnapshotId | undefined
  /** Where the relative ones of the paths start. */
  readonly directory: ByteString | undefined
}

/** A record under an id of its own; a record that was taken back is never written again under the same one. */
export const newSnapshot = ({
  idBytes,
  time,
  tags,
  parent,
  directory,
  ...facts
}: SnapshotFacts): Snapshot => ({
  ...facts,
  id: hexOf(idBytes) as SnapshotId,
  time: time === undefined ? facts.sourceStart : timestampFromDate(time),
  tags: [...new Set(tags)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  strategy: parent === undefined ? 'full' : 'incremental',
  parent: parent ?? null,
  base: null,
  program,
  extensions: directory === undefined ? [] : [sourceDirectoryExtension(directory)],
})
