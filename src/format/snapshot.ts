import type { ByteString } from '../bytes/byte-string.js'
import { bytesOf } from '../bytes/byte-string.js'
import { type Extension, extensionsValue } from './extension.js'
import type { Fields } from './fields.js'
import { ObjectType, type PendingId, type SnapshotId } from './ids.js'
import { symlinkTargetMaxBytes, textMaxBytes } from './limits.js'
import { idBytes, idFromBytes, snapshotName } from './names.js'
import type { RecordValue } from './record.js'
import { type RootAttributes, readRootAttributes, rootAttributesValue } from './root-attributes.js'
import type { Seals } from './seal.js'
import { openSealedRecord, sealRecord } from './sealed-record.js'
import { readTimestamp, type Timestamp, timestampValue } from './timestamp.js'
import { readTreeRoot, type TreeRoot, treeRootValue } from './tree-root.js'

export type Strategy = 'full' | 'incremental' | 'differential'
const strategies: readonly Strategy[] = ['full', 'incremental', 'differential']

/** Bits of `captured`: what the run could read. */
export const Captured = { xattrs: 1, holes: 2, nanoseconds: 4 } as const
export const capturedMax = 7

const pathsMax = 65_536
const tagsMax = 4096

export interface SnapshotSummary {
  readonly filesNew: number
  readonly filesChanged: number
  readonly filesUnmodified: number
  readonly directories: number
  readonly others: number
  readonly bytesProcessed: number
  readonly bytesAdded: number
  readonly bytesAddedStored: number
  readonly problems: number
}

const summaryFields = [
  'filesNew',
  'filesChanged',
  'filesUnmodified',
  'directories',
  'others',
  'bytesProcessed',
  'bytesAdded',
  'bytesAddedStored',
  'problems',
] as const satisfies readonly (keyof SnapshotSummary)[]

/** The commit record of a backup (docs/FORMAT.md §9.4). */
export interface Snapshot {
  readonly id: SnapshotId
  readonly root: TreeRoot
  /** When the user says it was taken. */
  readonly time: Timestamp
  /** The source's clock when the run began. */
  readonly sourceStart: Timestamp
  readonly host: string
  readonly paths: readonly ByteString[]
  /** Stored without repetitions, ascending by their UTF-8 bytes. */
  readonly tags: readonly string[]
  readonly strategy: Strategy
  readonly parent: SnapshotId | null
  readonly base: SnapshotId | null
  readonly summary: SnapshotSummary
  readonly pendingId: PendingId
  readonly captured: number
  readonly program: string
  readonly rootAttributes: RootAttributes | null
  readonly extensions: readonly Extension[]
}

export const sealSnapshot = (seals: Seals, snapshot: Snapshot): Buffer =>
  sealRecord(seals, ObjectType.snapshot, snapshotName(snapshot.id), snapshotValue(snapshot))

/** Errors: `corrupt`, `unsupported-version`, `unsupported-feature`. */
export const openSnapshot = (seals: Seals, id: SnapshotId, sealed: Uint8Array): Snapshot =>
  openSealedRecord(seals, ObjectType.snapshot, snapshotName(id), sealed, 17, (fields) =>
    readSnapshot(fields, id),
  )

const snapshotValue = (snapshot: Snapshot): RecordValue => [
  1,
  idBytes(snapshot.id),
  treeRootValue(snapshot.root),
  timestampValue(snapshot.time),
  timestampValue(snapshot.sourceStart),
  snapshot.host,
  snapshot.paths.map(bytesOf),
  sortedTags(snapshot.tags),
  1 + strategies.indexOf(snapshot.strategy),
  snapshot.parent === null ? null : idBytes(snapshot.parent),
  snapshot.base === null ? null : idBytes(snapshot.base),
  summaryFields.map((name) => snapshot.summary[name]),
  idBytes(snapshot.pendingId),
  snapshot.captured,
  snapshot.program,
  snapshot.rootAttributes === null ? null : rootAttributesValue(snapshot.rootAttributes),
  extensionsValue(snapshot.extensions),
]

function readSnapshot(fields: Fields, id: SnapshotId): Omit<Snapshot, 'extensions'> {
  if (idFromBytes(fields.bytes('snapshot id', 16)) !== id)
    throw fields.corrupt('has another id than its name')
  const optionalId = (name: string) =>
    fields.nullable((items) => idFromBytes<SnapshotId>(items.bytes(name, 16)))
  return {
    id,
    root: readTreeRoot(fields),
    time: readTimestamp(fields, 'time'),
    sourceStart: readTimestamp(fields, 'source start'),
    host: fields.text('host', textMaxBytes),
    paths: readPaths(fields),
    tags: readSortedTags(fields),
    strategy: strategies[fields.uint('strategy', strategies.length, 1) - 1]!,
    parent: optionalId('parent'),
    base: optionalId('base'),
    summary: readSummary(fields),
    pendingId: idFromBytes<PendingId>(fields.bytes('pending id', 16)),
    captured: fields.uint('captured', capturedMax),
    program: fields.text('program', textMaxBytes),
    rootAttributes: fields.nullable(readRootAttributes),
  }
}

export const readPaths = (fields: Fields): ByteString[] =>
  fields.each('paths', pathsMax, (items) => items.byteString('path', symlinkTargetMaxBytes))

export const readTags = (fields: Fields, name: string): string[] =>
  fields.each(name, tagsMax, (items) => items.text('tag', textMaxBytes))

const compareTags = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const sortedTags = (tags: readonly string[]): string[] => [...new Set(tags)].sort(compareTags)

function readSortedTags(fields: Fields): string[] {
  const tags = readTags(fields, 'tags')
  const ascends = tags.every((tag, index) => index === 0 || compareTags(tags[index - 1]!, tag) < 0)
  if (!ascends) throw fields.corrupt('tags do not ascend')
  return tags
}

function readSummary(fields: Fields): SnapshotSummary {
  const counts = fields.fields('summary', summaryFields.length)
  return Object.fromEntries(
    summaryFields.map((name) => [name, counts.uint(name)]),
  ) as unknown as SnapshotSummary
}
