import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { ChunkLevel } from '../chunking/parameters.js'
import type { RandomSource } from '../crypto/random-source.js'
import { SealError } from '../crypto/seal-error.js'
import { nonceSizeBytes, Sealer } from '../crypto/xaes.js'
import { CorruptError } from '../errors.js'
import { chunkSizesValue, readChunkSizes } from './config.js'
import {
  bodyAad,
  type KeyringRecipient,
  openContentKey,
  sealContentKey,
  sealedContentKeyBytes,
} from './content-key.js'
import { type Extension, extensionsValue, readExtensions, refuseCriticalExtensions } from './extension.js'
import { type Fields, openRecord } from './fields.js'
import type { SlotId } from './ids.js'
import { epochMax, keyringMaxBytes, slotsMax } from './limits.js'
import { idBytes, idFromBytes } from './names.js'
import { encodeRecord } from './record.js'

/** The largest number that a keyring's name has room for. */
export const keyringNumberMax = 99_999_999

export { type KeyringRecipient, keyringRecipientOf } from './content-key.js'

/** The keys of a repository (docs/FORMAT.md §3.8, §9.3). All secret. */
export interface Keyring {
  readonly number: number
  /** SHA-256 of `config`, 32 bytes. */
  readonly configHash: Uint8Array
  readonly chunkSizes: readonly ChunkLevel[]
  /**
   * What this keyring is sealed to, and the only list that the next one may be sealed to: it comes from a key holder,
   * while whoever writes to the storage can put anything into `keys/`. Ascending by slot when it was opened.
   */
  readonly slots: readonly KeyringRecipient[]
  /** 32 bytes. */
  readonly idKey: Uint8Array
  /** 32 bytes. */
  readonly chunkerKey: Uint8Array
  /** 16 bytes. */
  readonly treeKey: Uint8Array
  /** Ascending; secrets of 32 bytes; the last one seals. */
  readonly epochs: readonly (readonly [epoch: number, secret: Uint8Array])[]
  readonly extensions: readonly Extension[]
}

/** A keyring that is not opened yet. */
export interface SealedKeyring {
  readonly number: number
  readonly contentKeys: readonly { readonly slotId: SlotId; readonly sealed: Uint8Array }[]
  readonly body: Uint8Array
}

/**
 * Seals a keyring to `keyring.slots`, in any order, at least one.
 * @param random gives the content key, then an ephemeral key and a nonce for each slot ascending, then the body's nonce.
 */
export function encodeKeyring(
  keyring: Keyring,
  repositoryId: Uint8Array,
  random: RandomSource = randomBytes,
): Buffer {
  const { number } = keyring
  const slots = ascending(keyring.slots)
  assert.ok(number > 0 && number <= keyringNumberMax)
  assert.ok(slots.length > 0 && slots.length <= slotsMax)
  const place = { repositoryId, number }
  const contentKey = random(32)
  const contentKeys = slots.map((slot) => [
    idBytes(slot.slotId),
    sealContentKey(contentKey, slot, place, random),
  ])
  const body = encodeBody({ ...keyring, slots })
  const sealedBody = new Sealer(contentKey).seal(body, bodyAad(place), random(nonceSizeBytes))
  return encodeRecord([1, number, contentKeys, sealedBody])
}

function ascending(slots: readonly KeyringRecipient[]): KeyringRecipient[] {
  const sorted = [...slots].sort((a, b) => (a.slotId < b.slotId ? -1 : 1))
  assert.ok(sorted.every(({ slotId }, index) => slotId !== sorted[index - 1]?.slotId))
  return sorted
}

/** Errors: `corrupt`, `unsupported-version`. */
export function decodeKeyring(bytes: Uint8Array, number: number, objectName: string): SealedKeyring {
  const fields = openRecord(bytes, objectName, { version: 1, items: 4, sizeMaxBytes: keyringMaxBytes })
  if (fields.uint('number') !== number) throw fields.corrupt('has another number than its name')
  let previous = ''
  const contentKeys = fields.each('content keys', slotsMax, (items) => {
    const item = items.fields('content key', 2)
    const slotId = idFromBytes<SlotId>(item.bytes('slot id', 16))
    if (slotId <= previous) throw item.corrupt('slots do not ascend')
    previous = slotId
    return { slotId, sealed: item.bytes('sealed content key', sealedContentKeyBytes) }
  })
  return { number, contentKeys, body: fields.bytesUpTo('body', keyringMaxBytes) }
}

/**
 * Opens a keyring with the private key of one of its slots.
 * Errors: `corrupt` (also where the keyring is not sealed to that slot, or comes from nobody who held the keyring before
 * it), `unsupported-version`, `unsupported-feature`.
 */
export function openKeyring(
  sealed: SealedKeyring,
  slotId: SlotId,
  privateKey: Uint8Array,
  repositoryId: Uint8Array,
  objectName: string,
): Keyring {
  const place = { repositoryId, number: sealed.number }
  const forSlot = sealed.contentKeys.find((key) => key.slotId === slotId)
  if (forSlot === undefined) throw new CorruptError(objectName, `is not sealed to the slot ${slotId}`)
  try {
    const contentKey = openContentKey(forSlot.sealed, slotId, privateKey, place)
    const body = new Sealer(contentKey).open(sealed.body, bodyAad(place))
    return decodeBody(body, sealed, objectName)
  } catch (cause) {
    if (!(cause instanceof SealError)) throw cause
    throw new CorruptError(objectName, 'does not open with its slot', { cause })
  }
}

const encodeBody = (keyring: Keyring): Buffer =>
  encodeRecord([
    1,
    keyring.number,
    keyring.configHash,
    chunkSizesValue(keyring.chunkSizes),
    keyring.slots.map(({ slotId, publicKey, authenticationKey }) => [
      idBytes(slotId),
      publicKey,
      authenticationKey,
    ]),
    keyring.idKey,
    keyring.chunkerKey,
    keyring.treeKey,
    keyring.epochs,
    extensionsValue(keyring.extensions),
  ])

function decodeBody(bytes: Uint8Array, { number, contentKeys }: SealedKeyring, objectName: string): Keyring {
  const fields = openRecord(bytes, objectName, { version: 1, items: 10, sizeMaxBytes: keyringMaxBytes })
  if (fields.uint('number') !== number) throw fields.corrupt('has a body of another number')
  const configHash = fields.bytes('hash of config', 32)
  const chunkSizes = readChunkSizes(fields)
  const slots = fields.each('slots', slotsMax, readSlot)
  const agrees =
    slots.length === contentKeys.length &&
    slots.every(({ slotId }, index) => slotId === contentKeys[index]!.slotId)
  // The content keys' slots ascend, so those of the body do.
  if (!agrees) throw fields.corrupt('is sealed to other slots than it says')
  const idKey = fields.bytes('id key', 32)
  const chunkerKey = fields.bytes('chunker key', 32)
  const treeKey = fields.bytes('tree key', 16)
  let previous = 0
  const epochs = fields.each('epochs', epochMax, (items) => {
    const item = items.fields('epoch', 2)
    const epoch = item.uint('epoch', epochMax, previous + 1)
    previous = epoch
    return [epoch, item.bytes('secret', 32)] as const
  })
  if (epochs.length === 0) throw fields.corrupt('has no epoch')
  const extensions = readExtensions(fields)
  refuseCriticalExtensions(extensions, objectName)
  return { number, configHash, chunkSizes, slots, idKey, chunkerKey, treeKey, epochs, extensions }
}

function readSlot(items: Fields): KeyringRecipient {
  const item = items.fields('slot', 3)
  return {
    slotId: idFromBytes<SlotId>(item.bytes('slot id', 16)),
    publicKey: item.bytes('public key', 32),
    authenticationKey: item.bytes('authentication key', 32),
  }
}
