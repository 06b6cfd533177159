import assert from 'node:assert/strict'
import { CorruptError, VarveError } from '../errors.js'
import { bufferView } from './buffer-view.js'
import { blockChunksMax, blockContentMaxBytes, chunkMaxBytes } from './limits.js'

const fixedHeaderBytes = 12

/** How a payload is compressed (docs/FORMAT.md §5.1); index pages use the same numbers (§6). */
export const Codec = { stored: 0, zstd: 1 } as const
export type Codec = (typeof Codec)[keyof typeof Codec]

export interface BlockBody {
  readonly codec: Codec
  /** Length of each chunk, uncompressed. */
  readonly lengths: Uint32Array
  /** Their sum: what the payload decompresses to. */
  readonly contentSizeBytes: number
  /** A view into the body. */
  readonly payload: Buffer
}

/** What stands before the payload in a block's body. */
export function writeBodyHeader(codec: Codec, lengths: ArrayLike<number>): Buffer {
  assert.ok(lengths.length > 0 && lengths.length <= blockChunksMax)
  const header = Buffer.alloc(fixedHeaderBytes + 4 * lengths.length)
  header[0] = codec
  header.writeUInt32LE(lengths.length, 8)
  let sumBytes = 0
  for (let index = 0; index < lengths.length; index++) {
    const length = lengths[index]!
    assert.ok(length > 0 && length <= chunkMaxBytes)
    sumBytes += length
    header.writeUInt32LE(length, fixedHeaderBytes + 4 * index)
  }
  assert.ok(sumBytes <= blockContentMaxBytes)
  return header
}

/** Errors: `corrupt`; `unsupported-feature` where the block needs a feature that a later version brought. */
export function parseBody(plaintext: Uint8Array, objectName: string): BlockBody {
  const body = bufferView(plaintext)
  const corrupt = (what: string): CorruptError => new CorruptError(objectName, `has a block that ${what}`)
  if (body.byteLength < fixedHeaderBytes) throw corrupt('is too short')
  if (body[1] !== 0 || body[3] !== 0) throw corrupt('has reserved values')
  if (body[2] !== 0) throw unknownFeature(body, objectName)
  const codec = body[0]!
  if (codec !== Codec.stored && codec !== Codec.zstd) throw corrupt(`has the unknown codec ${codec}`)
  const paddingBytes = body.readUInt32LE(4)
  const count = body.readUInt32LE(8)
  if (count === 0 || count > blockChunksMax) throw corrupt('has an impossible number of chunks')
  const payloadAt = fixedHeaderBytes + 4 * count
  const payloadEnd = body.byteLength - paddingBytes
  if (payloadEnd < payloadAt) throw corrupt('is cut off')
  for (let at = payloadEnd; at < body.byteLength; at++)
    if (body[at] !== 0) throw corrupt('has padding that is not zero')
  const lengths = new Uint32Array(count)
  const contentSizeBytes = readLengths(body, lengths)
  if (contentSizeBytes < 0) throw corrupt('has chunks of impossible lengths')
  const payload = body.subarray(payloadAt, payloadEnd)
  if (codec === Codec.stored && payload.byteLength !== contentSizeBytes)
    throw corrupt('is not as long as its chunks')
  return { codec, lengths, contentSizeBytes, payload }
}

/** Fills `lengths` and returns their sum, or -1 where one of them or the sum is out of bounds (I-4). */
function readLengths(body: Buffer, lengths: Uint32Array): number {
  let sumBytes = 0
  for (let index = 0; index < lengths.length; index++) {
    const length = body.readUInt32LE(fixedHeaderBytes + 4 * index)
    if (length === 0 || length > chunkMaxBytes) return -1
    sumBytes += length
    if (sumBytes > blockContentMaxBytes) return -1
    lengths[index] = length
  }
  return sumBytes
}

function unknownFeature(body: Buffer, objectName: string): VarveError {
  if (body.byteLength < fixedHeaderBytes + 2)
    return new CorruptError(objectName, 'has a block that is cut off')
  const feature = body.readUInt16LE(fixedHeaderBytes)
  return new VarveError('unsupported-feature', `${objectName}: has a block that needs feature ${feature}`, {
    hint: 'Use the version of varve that wrote it, or a newer one.',
  })
}
