import assert from 'node:assert/strict'
import { sealOverheadBytes, tagSizeBytes } from '../crypto/xaes.js'
import { CorruptError } from '../errors.js'
import { bufferView } from './buffer-view.js'
import { ChunkKind } from './ids.js'
import { blockStoredMaxBytes } from './limits.js'
import { type Seals, sealedOverheadBytes } from './seal.js'

const framePlaintextBytes = 16
/** A block begins with this many bytes of sealed frame (docs/FORMAT.md §5.1). */
export const frameSizeBytes = framePlaintextBytes + sealedOverheadBytes
/** What sealing adds to a body's plaintext to make a whole block. */
export const blockOverheadBytes = frameSizeBytes + sealOverheadBytes

const framePart = 1
const bodyPart = 2

export interface Frame {
  readonly kind: ChunkKind
  readonly epoch: number
  /** Length of the sealed body. */
  readonly bodySizeBytes: number
  /** Length of the whole block. */
  readonly sizeBytes: number
  /** 16 bytes, the frame's own; the body is bound to it. */
  readonly tag: Uint8Array
}

export interface SealedBlock {
  readonly sizeBytes: number
  /** 16 bytes: the block's tag, a view into its last bytes. */
  readonly tag: Buffer
}

/**
 * Seals a block straight into `target` (a pack that is being filled). The body comes in parts, header and payload, so
 * that they need not be joined first. `target` must have room for their sum and `blockOverheadBytes`.
 */
export function sealBlockInto(
  seals: Seals,
  kind: ChunkKind,
  body: readonly Uint8Array[],
  target: Uint8Array,
  offset: number,
): SealedBlock {
  const bodySizeBytes = body.reduce((sum, part) => sum + part.byteLength, 0) + sealOverheadBytes
  const sizeBytes = frameSizeBytes + bodySizeBytes
  assert.ok(sizeBytes <= blockStoredMaxBytes && offset + sizeBytes <= target.byteLength)
  const bytes = bufferView(target).subarray(offset, offset + sizeBytes)
  const frame = Buffer.alloc(framePlaintextBytes)
  frame.writeUInt32LE(bodySizeBytes)
  frame[4] = kind
  seals.sealInto(kind, framePart, '', frame, bytes, 0)
  seals.sealBareInto(kind, bodyPart, frameTag(bytes), body, bytes, frameSizeBytes)
  return { sizeBytes, tag: bytes.subarray(sizeBytes - tagSizeBytes) }
}

/** The same into a buffer of its own. */
export function sealBlock(seals: Seals, kind: ChunkKind, body: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.allocUnsafe(body.reduce((sum, part) => sum + part.byteLength, blockOverheadBytes))
  sealBlockInto(seals, kind, body, bytes, 0)
  return bytes
}

/**
 * Opens the frame at the start of `bytes`. Without a `kind` (when a torn pack is salvaged) every kind is tried.
 * Errors: `corrupt`, named `objectName`.
 */
export function openFrame(seals: Seals, bytes: Uint8Array, objectName: string, kind?: ChunkKind): Frame {
  if (bytes.byteLength < frameSizeBytes) throw new CorruptError(objectName, 'ends in the middle of a frame')
  const sealed = bytes.subarray(0, frameSizeBytes)
  const { kind: sealedKind, plaintext } =
    kind === undefined ? openAsAnyKind(seals, sealed, objectName) : openAs(seals, sealed, objectName, kind)
  return parseFrame(plaintext, sealed, objectName, sealedKind)
}

const openAs = (seals: Seals, sealed: Uint8Array, objectName: string, kind: ChunkKind) => ({
  kind,
  plaintext: seals.open(kind, framePart, '', sealed, objectName),
})

function openAsAnyKind(seals: Seals, sealed: Uint8Array, objectName: string) {
  for (const kind of [ChunkKind.data, ChunkKind.tree]) {
    try {
      return openAs(seals, sealed, objectName, kind)
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error
    }
  }
  return openAs(seals, sealed, objectName, ChunkKind.list)
}

function parseFrame(plaintext: Buffer, sealed: Uint8Array, objectName: string, kind: ChunkKind): Frame {
  const bodySizeBytes = plaintext.readUInt32LE(0)
  const sizeBytes = frameSizeBytes + bodySizeBytes
  if (plaintext[4] !== kind) throw new CorruptError(objectName, 'has a frame of another kind')
  // Key mode, envelope length and reserved bytes: zero in version 1 (I-19).
  if (!isZero(plaintext.subarray(5))) throw new CorruptError(objectName, 'has a frame with reserved values')
  if (bodySizeBytes <= sealOverheadBytes || sizeBytes > blockStoredMaxBytes) {
    throw new CorruptError(objectName, 'has a frame with an impossible length')
  }
  return { kind, epoch: sealed[0]!, bodySizeBytes, sizeBytes, tag: frameTag(sealed) }
}

/**
 * Opens the sealed body that belongs to `frame`; returns its plaintext, for `parseBody`: a view of `into` where that is large enough.
 * Errors: `corrupt`.
 */
export function openBody(
  seals: Seals,
  frame: Frame,
  sealedBody: Uint8Array,
  objectName: string,
  into?: Uint8Array,
): Buffer {
  if (sealedBody.byteLength !== frame.bodySizeBytes)
    throw new CorruptError(objectName, 'has a block of another length')
  return seals.openBare(frame.epoch, frame.kind, bodyPart, frame.tag, sealedBody, objectName, into)
}

/** Opens a whole block; returns its body's plaintext, a view of `into` where that is large enough. Errors: `corrupt`. */
export function openBlock(
  seals: Seals,
  block: Uint8Array,
  objectName: string,
  kind?: ChunkKind,
  into?: Uint8Array,
): Buffer {
  const frame = openFrame(seals, block, objectName, kind)
  return openBody(seals, frame, block.subarray(frameSizeBytes), objectName, into)
}

/** The block's tag: its last 16 bytes, a view. */
export const blockTag = (block: Uint8Array): Uint8Array => block.subarray(block.byteLength - tagSizeBytes)

/** A copy: the associated data is put together while the block around it is being written. */
const frameTag = (block: Uint8Array): Uint8Array => block.slice(frameSizeBytes - tagSizeBytes, frameSizeBytes)

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)
