import type { Codec as Compression } from '../compression/codec.js'
import { CorruptError } from '../errors.js'
import { blockTag, openBlock } from '../format/block.js'
import { Codec, parseBody } from '../format/block-body.js'
import type { PackDirectory } from '../format/pack-directory.js'
import type { Seals } from '../format/seal.js'
import type { BlockScratch } from './block-scratch.js'

/** The name of a block in messages: its pack and its ordinal. */
export const blockName = (packName: string, block: number): string => `${packName} block ${block}`

/** Beyond this share of a block its start costs as much as the whole, which is opened without a copy. */
const startShareMax = 0.75

/**
 * Opens block `block` of a pack from its stored bytes and returns its chunks one after the other. The block must be the
 * one that the directory tells of: same tag, same chunk lengths (docs/FORMAT.md I-5, I-8). Chunk ids are not looked at.
 * The result is a view into `scratch` where that is given. Where only the first `neededBytes` are wanted, it may be cut off
 * behind them. Errors: `corrupt`.
 */
export const openBlockContent = (
  seals: Seals,
  compression: Compression,
  directory: PackDirectory,
  block: number,
  stored: Uint8Array,
  packName: string,
  scratch?: BlockScratch,
  neededBytes = Number.POSITIVE_INFINITY,
): Buffer => {
  const name = blockName(packName, block)
  if (Buffer.compare(blockTag(stored), directory.tagOf(block)) !== 0)
    throw new CorruptError(name, 'is not the block that the pack was written with')
  const opened = openBlock(seals, stored, name, directory.kind, scratch?.opened(stored.length))
  const body = parseBody(opened, name)
  const lengths = directory.chunkSizesOf(block)
  if (
    body.lengths.length !== lengths.length ||
    body.lengths.some((length, index) => length !== lengths[index])
  )
    throw new CorruptError(name, 'has other chunks than the directory says')
  if (body.codec === Codec.stored) return body.payload
  const { decompressStart } = compression
  const isStart = decompressStart !== undefined && neededBytes <= startShareMax * body.contentSizeBytes
  const sizeBytes = isStart ? neededBytes : body.contentSizeBytes
  const content = scratch?.content(sizeBytes) ?? Buffer.allocUnsafeSlow(sizeBytes)
  try {
    if (isStart) decompressStart(body.payload, content)
    else compression.decompress(body.payload, content)
  } catch (cause) {
    throw new CorruptError(name, 'does not decompress to its chunks', { cause })
  }
  return content
}
