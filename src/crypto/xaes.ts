import assert from 'node:assert/strict'
import { type CipherGCM, createCipheriv, createDecipheriv, type DecipherGCM } from 'node:crypto'
import { freshNonce } from './nonce-source.js'
import { SealError } from './seal-error.js'

export const nonceSizeBytes = 24
export const tagSizeBytes = 16
/** What sealing adds to a plaintext: the nonce before it, the tag after it. */
export const sealOverheadBytes = nonceSizeBytes + tagSizeBytes

const keySizeBytes = 32
const blockSizeBytes = 16
/** The nonce's first half goes into the key of one message, its second half is that message's GCM nonce. */
const contextSizeBytes = 12
const gcm = { authTagLength: tagSizeBytes }
/**
 * A cipher gives its output in new memory. Of a whole large block that is mapped anew each time, at a page fault for every 4 KiB: 14 % of
 * the CPU time of a backup of big files. Steps of this size get memory that was used before (docs/PERFORMANCE.md, Big files).
 */
const stepBytes = 128 * 1024

/**
 * XAES-256-GCM (https://c2sp.org/XAES-256-GCM) under one 256-bit key. Sealed form: nonce (24) || ciphertext || tag (16).
 *
 * The 192-bit nonce can be drawn at random without counting messages. Like GCM, it does not commit to the key:
 * where one ciphertext must not open under two keys, store a commitment beside it (docs/FORMAT.md §3.6).
 */
export class Sealer {
  readonly #blockCipher
  /** K1 xor M1 and K1 xor M2 of the specification, with the nonce's part still zero. */
  readonly #maskedBlocks: Buffer
  readonly #blocks = Buffer.alloc(2 * blockSizeBytes)

  /** @param key 32 bytes; copied by OpenSSL, so the caller may overwrite it afterwards. */
  constructor(key: Uint8Array) {
    assert.equal(key.byteLength, keySizeBytes)
    this.#blockCipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
    const subkey = cmacSubkey(this.#blockCipher.update(Buffer.alloc(blockSizeBytes)))
    this.#maskedBlocks = Buffer.concat([subkey, subkey])
    for (const counter of [1, 2]) {
      const at = (counter - 1) * blockSizeBytes
      this.#maskedBlocks[at + 1]! ^= counter
      this.#maskedBlocks[at + 2]! ^= 0x58
    }
  }

  /** Seals the parts as one plaintext. A nonce is given only by tests: the same one twice destroys the key's secrecy. */
  seal(plaintext: Uint8Array | readonly Uint8Array[], aad: Uint8Array, nonce?: Uint8Array): Buffer {
    const sealed = Buffer.allocUnsafe(plaintextSizeBytes(plaintext) + sealOverheadBytes)
    this.sealInto(plaintext, aad, sealed, 0, nonce)
    return sealed
  }

  /**
   * Seals straight into `target` (a pack being filled), which saves copying the sealed bytes once more.
   * @returns the number of bytes written: the plaintext's and `sealOverheadBytes`.
   */
  sealInto(
    plaintext: Uint8Array | readonly Uint8Array[],
    aad: Uint8Array,
    target: Uint8Array,
    offset: number,
    nonce: Uint8Array = freshNonce(nonceSizeBytes),
  ): number {
    assert.equal(nonce.byteLength, nonceSizeBytes)
    const cipher = createCipheriv(
      'aes-256-gcm',
      this.#messageKey(nonce),
      nonce.subarray(contextSizeBytes),
      gcm,
    )
    cipher.setAAD(aad)
    target.set(nonce, offset)
    let at = offset + nonceSizeBytes
    for (const part of plaintext instanceof Uint8Array ? [plaintext] : plaintext) {
      updateInto(cipher, part, target, at)
      at += part.byteLength
    }
    cipher.final()
    target.set(cipher.getAuthTag(), at)
    return at + tagSizeBytes - offset
  }

  /**
   * @param into memory for the plaintext, which is then a view of it; new memory where it is not given or too small
   * @throws {SealError} when the key, the associated data or any byte is not what was sealed.
   */
  open(sealed: Uint8Array, aad: Uint8Array, into?: Uint8Array): Buffer {
    if (sealed.byteLength < sealOverheadBytes) throw new SealError()
    const tagAt = sealed.byteLength - tagSizeBytes
    const nonce = sealed.subarray(0, nonceSizeBytes)
    const cipher = createDecipheriv(
      'aes-256-gcm',
      this.#messageKey(nonce),
      nonce.subarray(contextSizeBytes),
      gcm,
    )
    cipher.setAAD(aad)
    cipher.setAuthTag(sealed.subarray(tagAt))
    const plaintext = updated(cipher, sealed.subarray(nonceSizeBytes, tagAt), into)
    try {
      cipher.final()
    } catch {
      throw new SealError()
    }
    return plaintext
  }

  #messageKey(nonce: Uint8Array): Buffer {
    const blocks = this.#blocks
    blocks.set(this.#maskedBlocks)
    for (let index = 0; index < contextSizeBytes; index++) {
      blocks[4 + index]! ^= nonce[index]!
      blocks[20 + index]! ^= nonce[index]!
    }
    return this.#blockCipher.update(blocks)
  }
}

/** What the cipher makes of all of `part`. */
function updated(cipher: DecipherGCM, part: Uint8Array, into: Uint8Array | undefined): Buffer {
  if (into === undefined || into.byteLength < part.byteLength) return cipher.update(part)
  updateInto(cipher, part, into, 0)
  return Buffer.from(into.buffer, into.byteOffset, part.byteLength)
}

function updateInto(cipher: CipherGCM | DecipherGCM, part: Uint8Array, target: Uint8Array, at: number): void {
  for (let done = 0; done < part.byteLength; done += stepBytes)
    target.set(cipher.update(part.subarray(done, done + stepBytes)), at + done)
}

/** K1 of CMAC (NIST SP 800-38B, section 6.1): doubling in GF(2^128). */
function cmacSubkey(encryptedZero: Uint8Array): Buffer {
  const doubled = Buffer.alloc(blockSizeBytes)
  for (let index = 0; index < blockSizeBytes; index++) {
    doubled[index] = (encryptedZero[index]! << 1) | ((encryptedZero[index + 1] ?? 0) >> 7)
  }
  if (encryptedZero[0]! & 0x80) doubled[blockSizeBytes - 1]! ^= 0x87
  return doubled
}

function plaintextSizeBytes(plaintext: Uint8Array | readonly Uint8Array[]): number {
  if (plaintext instanceof Uint8Array) return plaintext.byteLength
  return plaintext.reduce((sum, part) => sum + part.byteLength, 0)
}
