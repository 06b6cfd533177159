import { createHash } from 'node:crypto'
import type { Extension } from '../format/extension.js'
import type { SlotId } from '../format/ids.js'
import type { Keyring } from '../format/keyring.js'
import { idBytes, idFromBytes } from '../format/names.js'

/**
 * The keyring vouches for the slots, which stand in the clear: an extension of its body (not critical) holds for each slot its
 * id and the SHA-256 of its object. So a changed byte of a slot is noticed, and nobody who can only write to the storage
 * gets the keys sealed to a slot of his own.
 */
const extensionId = 1
const idBytesLength = 16
const recordBytes = idBytesLength + 32

export type SlotDigests = ReadonlyMap<SlotId, Buffer>

export const slotDigestOf = (slotObject: Uint8Array): Buffer =>
  createHash('sha256').update(slotObject).digest()

/** Undefined where the keyring has none. */
export const slotDigestsOf = ({ extensions }: Keyring): SlotDigests | undefined => {
  const bytes = extensions.find(({ id }) => id === extensionId)?.bytes
  if (bytes === undefined || bytes.length % recordBytes !== 0) return undefined
  const digests = new Map<SlotId, Buffer>()
  for (let at = 0; at < bytes.length; at += recordBytes)
    digests.set(
      idFromBytes<SlotId>(bytes.subarray(at, at + idBytesLength)),
      Buffer.from(bytes.subarray(at + idBytesLength, at + recordBytes)),
    )
  return digests
}

/** The keyring's extensions with these digests in place of those that it has. */
export const withSlotDigests = (extensions: readonly Extension[], digests: SlotDigests): Extension[] => {
  const ids = [...digests.keys()].sort()
  const bytes = Buffer.concat(ids.flatMap((id) => [idBytes(id), digests.get(id)!]))
  const others = extensions.filter(({ id }) => id !== extensionId)
  return [...others, { id: extensionId, critical: false, bytes }].sort((a, b) => a.id - b.id)
}
