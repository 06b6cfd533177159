import assert from 'node:assert/strict'
import { createHmac, hash } from 'node:crypto'

export const chunkIdSizeBytes = 32
/** SHA-256's block size, and so HMAC's (RFC 2104). */
const blockSizeBytes = 64
const prefixSizeBytes = blockSizeBytes + 1

/**
 * Chunk ids under one key: HMAC-SHA-256(idKey, type byte || plaintext), docs/FORMAT.md §4.1.
 *
 * An Hmac object costs more to set up than a small chunk takes to hash, so HMAC is spelled out as two one-shot hashes.
 * The inner one needs (key xor ipad) and the type byte directly before the data: they are written over the 65 bytes
 * before the chunk for the time of the call. The arena must therefore belong to the calling thread alone.
 * Digests are taken as latin1 strings: node:crypto hands those over in half the time of a Buffer.
 * Together 1.1 µs less than createHmac for every chunk (2.3 against 3.4 µs at 1 KiB); never slower at any size.
 */
export class ChunkHasher {
  readonly #key: Buffer
  /** (key xor ipad) || type byte. */
  readonly #prefix = Buffer.alloc(prefixSizeBytes, 0x36)
  readonly #saved = Buffer.alloc(prefixSizeBytes)
  /** (key xor opad) || inner hash. */
  readonly #outer = Buffer.alloc(blockSizeBytes + chunkIdSizeBytes, 0x5c)

  /** @param idKey 32 bytes; copied. */
  constructor(idKey: Uint8Array) {
    assert.equal(idKey.byteLength, 32)
    this.#key = Buffer.from(idKey)
    for (let index = 0; index < idKey.byteLength; index++) {
      this.#prefix[index]! ^= idKey[index]!
      this.#outer[index]! ^= idKey[index]!
    }
  }

  /** The id of `arena[start..end)`. Fastest when at least 65 bytes stand before `start`; the arena is left as it was. */
  idOf(typeByte: number, arena: Uint8Array, start: number, end: number): Buffer {
    const id = Buffer.allocUnsafe(chunkIdSizeBytes)
    this.idInto(typeByte, arena, start, end, id, 0)
    return id
  }

  /** The same into `target` from `at` on. */
  idInto(typeByte: number, arena: Uint8Array, start: number, end: number, target: Buffer, at: number): void {
    assert.ok(0 <= start && start <= end && end <= arena.byteLength)
    if (start < prefixSizeBytes) {
      target.set(this.#idThroughHmac(typeByte, arena.subarray(start, end)), at)
      return
    }
    const from = start - prefixSizeBytes
    this.#saved.set(arena.subarray(from, start))
    this.#prefix[blockSizeBytes] = typeByte
    arena.set(this.#prefix, from)
    try {
      this.#outer.write(hash('sha256', arena.subarray(from, end), 'binary'), blockSizeBytes, 'latin1')
    } finally {
      arena.set(this.#saved, from)
    }
    target.write(hash('sha256', this.#outer, 'binary'), at, 'latin1')
  }

  #idThroughHmac(typeByte: number, plaintext: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(Uint8Array.of(typeByte)).update(plaintext).digest()
  }
}
