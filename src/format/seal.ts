import assert from 'node:assert/strict'
import { purposeKey } from '../crypto/hkdf.js'
import { freshNonce } from '../crypto/nonce-source.js'
import type { RandomSource } from '../crypto/random-source.js'
import { SealError } from '../crypto/seal-error.js'
import { nonceSizeBytes, Sealer, sealOverheadBytes } from '../crypto/xaes.js'
import { CorruptError } from '../errors.js'
import { ObjectType } from './ids.js'
import { epochMax } from './limits.js'

/** The epoch byte, the nonce and the tag (docs/FORMAT.md §3.9). */
export const sealedOverheadBytes = 1 + sealOverheadBytes

/** All that a thread needs to seal and open. Plain data, so that it can be posted to one; holds secrets. */
export interface SealMaterial {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array
  /** Ascending; the last one seals. Secrets are 32 bytes each. */
  readonly epochs: readonly (readonly [epoch: number, secret: Uint8Array])[]
}

type Plaintext = Uint8Array | readonly Uint8Array[]

const magic = Buffer.from('varve/1', 'ascii')
const typeNames = new Map(Object.entries(ObjectType).map(([name, type]) => [type, name]))

/** Seals and opens the objects of one repository: a key for each epoch and type, and what they are bound to (§3.8, §3.9). */
export class Seals {
  readonly material: SealMaterial
  /** The epoch that seals. */
  readonly epoch: number
  readonly #random: RandomSource
  readonly #keys = new Map<number, BoundKey>()

  /** @param random gives nonces; something predictable only in tests. */
  constructor(material: SealMaterial, random: RandomSource = freshNonce) {
    const { epochs, repositoryId } = material
    assert.equal(repositoryId.byteLength, 16)
    assert.ok(epochs.length > 0)
    epochs.forEach(([epoch, secret], index) => {
      assert.ok(Number.isInteger(epoch) && epoch > (epochs[index - 1]?.[0] ?? 0) && epoch <= epochMax)
      assert.equal(secret.byteLength, 32)
    })
    this.material = material
    this.epoch = epochs.at(-1)![0]
    this.#random = random
  }

  /** epoch || nonce || ciphertext || tag. `plaintext` may come in parts. */
  seal(type: ObjectType, part: number, name: string | Uint8Array, plaintext: Plaintext): Buffer {
    const sealed = Buffer.allocUnsafe(sizeOf(plaintext) + sealedOverheadBytes)
    this.sealInto(type, part, name, plaintext, sealed, 0)
    return sealed
  }

  /** The same, straight into `target`. Returns the number of bytes written. */
  sealInto(
    type: ObjectType,
    part: number,
    name: string | Uint8Array,
    plaintext: Plaintext,
    target: Uint8Array,
    offset: number,
  ): number {
    target[offset] = this.epoch
    return 1 + this.sealBareInto(type, part, name, plaintext, target, offset + 1)
  }

  /** Without the epoch byte: for a block's body, whose epoch its frame tells (§5.1). */
  sealBareInto(
    type: ObjectType,
    part: number,
    name: string | Uint8Array,
    plaintext: Plaintext,
    target: Uint8Array,
    offset: number,
  ): number {
    const { sealer, associatedData } = this.#keyOf(this.epoch, type)!
    return sealer.sealInto(
      plaintext,
      associatedData(part, name),
      target,
      offset,
      this.#random(nonceSizeBytes),
    )
  }

  /** A new buffer. Errors: `corrupt`, named `objectName`. */
  open(
    type: ObjectType,
    part: number,
    name: string | Uint8Array,
    sealed: Uint8Array,
    objectName: string,
  ): Buffer {
    return this.openBare(sealed[0] ?? 0, type, part, name, sealed.subarray(1), objectName)
  }

  /** `into`: memory for the plaintext, as `Sealer.open` takes it. */
  openBare(
    epoch: number,
    type: ObjectType,
    part: number,
    name: string | Uint8Array,
    sealed: Uint8Array,
    objectName: string,
    into?: Uint8Array,
  ): Buffer {
    const key = this.#keyOf(epoch, type)
    if (key === undefined)
      throw new CorruptError(objectName, `is sealed in epoch ${epoch}, which the keyring does not have`)
    try {
      return key.sealer.open(sealed, key.associatedData(part, name), into)
    } catch (cause) {
      if (!(cause instanceof SealError)) throw cause
      throw new CorruptError(objectName, 'does not open: damaged, or not what it is taken for', { cause })
    }
  }

  #keyOf(epoch: number, type: ObjectType): BoundKey | undefined {
    const slot = epoch * 256 + type
    const cached = this.#keys.get(slot)
    if (cached !== undefined) return cached
    const secret = this.material.epochs.find(([number]) => number === epoch)?.[1]
    if (secret === undefined) return undefined
    const key = bindKey(secret, this.material.repositoryId, epoch, type)
    this.#keys.set(slot, key)
    return key
  }
}

interface BoundKey {
  readonly sealer: Sealer
  /** Valid until the next call. */
  readonly associatedData: (part: number, name: string | Uint8Array) => Uint8Array
}

/** Everything of the associated data but part and name is made once; most objects have no name, and then nothing is allocated. */
function bindKey(secret: Uint8Array, repositoryId: Uint8Array, epoch: number, type: ObjectType): BoundKey {
  const key = purposeKey(secret, `varve/1 seal ${typeNames.get(type)}`)
  const prefix = Buffer.concat([magic, repositoryId, Uint8Array.of(type, epoch, 0)])
  const partAt = prefix.byteLength - 1
  const associatedData = (part: number, name: string | Uint8Array): Uint8Array => {
    prefix[partAt] = part
    if (name.length === 0) return prefix
    return Buffer.concat([prefix, typeof name === 'string' ? Buffer.from(name, 'ascii') : name])
  }
  return { sealer: new Sealer(key), associatedData }
}

const sizeOf = (plaintext: Plaintext): number =>
  plaintext instanceof Uint8Array
    ? plaintext.byteLength
    : plaintext.reduce((sum, part) => sum + part.byteLength, 0)
