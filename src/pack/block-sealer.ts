import type { Codec as Compression } from '../compression/codec.js'
import { VarveError } from '../errors.js'
import { blockOverheadBytes, openBlock, sealBlockInto } from '../format/block.js'
import { Codec, parseBody, writeBodyHeader } from '../format/block-body.js'
import type { Seals } from '../format/seal.js'
import { type BlockBuilder, blockChunksTarget } from './block-builder.js'
import { BlockScratch } from './block-scratch.js'

export interface SealedBytes {
  /** The whole block. Valid until the next call. */
  readonly bytes: Uint8Array
  /** Its last 16 bytes. */
  readonly tag: Uint8Array
}

/** Called between the steps, for the engine's stage times. */
export type StageMark = (stage: 'compress' | 'seal' | 'verify') => void

/**
 * Turns a gathered block into its stored bytes, and opens them again at once: what could not be read back, for whatever
 * reason (a bug in the compressor, a flipped bit in memory), must never replace the source's bytes. Its cost: bench/stages.
 */
export class BlockSealer {
  #compressed = new Uint8Array(0)
  #sealed = new Uint8Array(0)
  readonly #scratch = new BlockScratch()

  constructor(
    private readonly seals: Seals,
    private readonly compression: Compression,
    /** 0: store as it is. */
    private readonly level: number,
    private readonly mark: StageMark,
  ) {}

  seal(block: BlockBuilder): SealedBytes {
    const { plaintext } = block
    this.#makeRoom(plaintext.length)
    const payload = this.#payloadOf(plaintext)
    this.mark('compress')
    const codec = payload === plaintext ? Codec.stored : Codec.zstd
    const body = [writeBodyHeader(codec, block.lengths), payload]
    const { sizeBytes, tag } = sealBlockInto(this.seals, block.kind, body, this.#sealed, 0)
    const bytes = this.#sealed.subarray(0, sizeBytes)
    this.mark('seal')
    this.#verify(bytes, block)
    this.mark('verify')
    return { bytes, tag }
  }

  /** The buffers stay as large as the largest block was. */
  #makeRoom(contentBytes: number): void {
    if (contentBytes <= this.#compressed.length) return
    this.#compressed = new Uint8Array(contentBytes)
    this.#sealed = new Uint8Array(contentBytes + bodyHeaderBytesMax + blockOverheadBytes)
  }

  /** Compressed where that saves at least a hundredth part: less is not worth the decompression of every later read. */
  #payloadOf(plaintext: Uint8Array): Uint8Array {
    if (this.level === 0) return plaintext
    const room = this.#compressed.subarray(0, plaintext.length - Math.ceil(plaintext.length / 100))
    const length = this.compression.compress(plaintext, room)
    return length === 0 ? plaintext : this.#compressed.subarray(0, length)
  }

  #verify(bytes: Uint8Array, block: BlockBuilder): void {
    const opened = openBlock(this.seals, bytes, 'new block', block.kind, this.#scratch.opened(bytes.length))
    const body = parseBody(opened, 'new block')
    const same =
      body.contentSizeBytes === block.plaintext.length && body.lengths.length === block.lengths.length
    if (same && this.#contentOf(body).equals(block.plaintext)) return
    throw new VarveError('corrupt', 'a new block does not open to the bytes that went into it', {
      hint: 'Nothing was stored of it. Check the memory of this machine, then run the backup again.',
    })
  }

  #contentOf(body: ReturnType<typeof parseBody>): Buffer {
    if (body.codec === Codec.stored) return body.payload
    const content = this.#scratch.content(body.contentSizeBytes)
    this.compression.decompress(body.payload, content)
    return content
  }
}

const bodyHeaderBytesMax = 12 + 4 * blockChunksTarget
