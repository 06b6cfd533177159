import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { ChunkLevel } from '../chunking/parameters.js'
import type { RandomSource } from '../crypto/random-source.js'
import { SealError } from '../crypto/seal-error.js'
import { openFromSender, sealToRecipient } from '../crypto/x25519.js'
import { nonceSizeBytes, Sealer } from '../crypto/xaes.js'
import { CorruptError } from '../errors.js'
import { chunkSizesValue, readChunkSizes } from './config.js'
import { type Extension, extensionsValue, readExtensions, refuseCriticalExtensions } from './extension.js'
import { openRecord } from './fields.js'
import type { SlotId } from './ids.js'
import { epochMax, keyringMaxBytes, slotsMax } from './limits.js'
import { idBytes, idFromBytes } from './names.js'
import { encodeRecord } from './record.js'

/** The largest number that a keyring's name has room for. */
export const keyringNumberMax = 99_999_999
const sealedContentKeyBytes = 104

/** The keys of a repository (docs/FORMAT.md §3.8, §9.3). All secret. */
export interface Keyring {
  readonly number: number
  /** SHA-256 of `config`, 32 bytes. */
  readonly configHash: Uint8Array
  readonly chunkSizes: readonly ChunkLevel[]
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

export interface KeyringRecipient {
  readonly slotId: SlotId
  /** 32 bytes. */
  readonly publicKey: Uint8Array
}

/** A keyring that is not opened yet. */
export interface SealedKeyring {
  readonly number: number
  readonly contentKeys: readonly { readonly slotId: SlotId; readonly sealed: Uint8Array }[]
  readonly body: Uint8Array
}

/** @param random gives the content key, ephemeral keys and nonces. */
export function encodeKeyring(
  keyring: Keyring,
  recipients: readonly KeyringRecipient[],
  repositoryId: Uint8Array,
  random: RandomSource = randomBytes,
): Buffer {
  const { number } = keyring
  assert.ok(number > 0 && number <= keyringNumberMax && recipients.length > 0)
  const contentKey = random(32)
  const sorted = [...recipients].sort((a, b) => (a.slotId < b.slotId ? -1 : 1))
  const contentKeys = sorted.map(({ slotId, publicKey }) => {
    const id = idBytes(slotId)
    return [id, sealToRecipient(publicKey, contentKey, contentKeyAad(repositoryId, number, id), random)]
  })
  const body = new Sealer(contentKey).seal(
    encodeBody(keyring),
    bodyAad(repositoryId, number),
    random(nonceSizeBytes),
  )
  return encodeRecord([1, number, contentKeys, body])
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
 * Errors: `corrupt` (also where the keyring is not sealed to that slot), `unsupported-version`, `unsupported-feature`.
 */
export function openKeyring(
  sealed: SealedKeyring,
  slotId: SlotId,
  privateKey: Uint8Array,
  repositoryId: Uint8Array,
  objectName: string,
): Keyring {
  const { number } = sealed
  const forSlot = sealed.contentKeys.find((key) => key.slotId === slotId)
  if (forSlot === undefined) throw new CorruptError(objectName, `is not sealed to the slot ${slotId}`)
  try {
    const contentKey = openFromSender(
      privateKey,
      forSlot.sealed,
      contentKeyAad(repositoryId, number, idBytes(slotId)),
    )
    return decodeBody(
      new Sealer(contentKey).open(sealed.body, bodyAad(repositoryId, number)),
      number,
      objectName,
    )
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
    keyring.idKey,
    keyring.chunkerKey,
    keyring.treeKey,
    keyring.epochs,
    extensionsValue(keyring.extensions),
  ])

function decodeBody(bytes: Uint8Array, number: number, objectName: string): Keyring {
  const fields = openRecord(bytes, objectName, { version: 1, items: 9, sizeMaxBytes: keyringMaxBytes })
  if (fields.uint('number') !== number) throw fields.corrupt('has a body of another number')
  const configHash = fields.bytes('hash of config', 32)
  const chunkSizes = readChunkSizes(fields)
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
  return { number, configHash, chunkSizes, idKey, chunkerKey, treeKey, epochs, extensions }
}

const contentKeyAad = (repositoryId: Uint8Array, number: number, slotId: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from('varve/1 keyring', 'ascii'), repositoryId, u32(number), slotId])

const bodyAad = (repositoryId: Uint8Array, number: number): Buffer =>
  Buffer.concat([Buffer.from('varve/1 keyring body', 'ascii'), repositoryId, u32(number)])

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
