import { type ByteString, bytesOf } from '../bytes/byte-string.js'
import { type Extension, extensionsValue } from './extension.js'
import type { Fields } from './fields.js'
import { ObjectType, type PendingId } from './ids.js'
import { textMaxBytes } from './limits.js'
import { idBytes, idFromBytes, type PendingName, pendingName } from './names.js'
import { type RootAttributes, readRootAttributes, rootAttributesValue } from './root-attributes.js'
import type { Seals } from './seal.js'
import { openSealedRecord, sealRecord } from './sealed-record.js'
import { capturedMax, readPaths } from './snapshot.js'
import { readTimestamp, type Timestamp, timestampValue } from './timestamp.js'
import { readTreeRoot, type TreeRoot, treeRootValue } from './tree-root.js'

const rootsMax = 4096

/** The roots of a running or interrupted backup (docs/FORMAT.md §9.5). */
export interface Pending {
  readonly id: PendingId
  /** From 1. */
  readonly checkpoint: number
  /** The first holds the entries that are finished. */
  readonly roots: readonly TreeRoot[]
  readonly sourceStart: Timestamp
  readonly host: string
  readonly paths: readonly ByteString[]
  readonly captured: number
  readonly program: string
  readonly rootAttributes: RootAttributes | null
  readonly extensions: readonly Extension[]
}

export const sealPending = (seals: Seals, pending: Pending): Buffer =>
  sealRecord(seals, ObjectType.pending, pendingName(pending.id, pending.checkpoint), [
    1,
    idBytes(pending.id),
    pending.checkpoint,
    pending.roots.map(treeRootValue),
    timestampValue(pending.sourceStart),
    pending.host,
    pending.paths.map(bytesOf),
    pending.captured,
    pending.program,
    pending.rootAttributes === null ? null : rootAttributesValue(pending.rootAttributes),
    extensionsValue(pending.extensions),
  ])

/** Errors: `corrupt`, `unsupported-version`, `unsupported-feature`. */
export function openPending(seals: Seals, name: PendingName, sealed: Uint8Array): Pending {
  const objectName = pendingName(name.id, name.checkpoint)
  return openSealedRecord(seals, ObjectType.pending, objectName, sealed, 11, (fields) =>
    readPending(fields, name),
  )
}

function readPending(fields: Fields, { id, checkpoint }: PendingName): Omit<Pending, 'extensions'> {
  if (idFromBytes(fields.bytes('pending id', 16)) !== id) throw fields.corrupt('has another id than its name')
  if (fields.uint('checkpoint') !== checkpoint) throw fields.corrupt('has another number than its name')
  return {
    id,
    checkpoint,
    roots: fields.each('roots', rootsMax, readTreeRoot),
    sourceStart: readTimestamp(fields, 'source start'),
    host: fields.text('host', textMaxBytes),
    paths: readPaths(fields),
    captured: fields.uint('captured', capturedMax),
    program: fields.text('program', textMaxBytes),
    rootAttributes: fields.nullable(readRootAttributes),
  }
}
