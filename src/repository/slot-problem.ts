import { CorruptError, VarveError } from '../errors.js'
import type { SlotId } from '../format/ids.js'
import type { Keyring } from '../format/keyring.js'
import { slotName } from '../format/names.js'
import { decodeSlot } from '../format/slot.js'
import { slotDigestOf, slotDigestsOf } from './slot-digests.js'
import { slotIdOf } from './slot-store.js'

/** What is wrong with the object of a slot, as far as a keyring that was opened vouches for it. */
export const slotProblem = (keyring: Keyring, id: SlotId, bytes: Uint8Array): string | undefined => {
  const slot = slotOrProblem(id, bytes)
  if (typeof slot === 'string') return slot
  if (slotIdOf(slot) !== id) return 'is the slot of another name'
  const member = keyring.slots.find(({ slotId }) => slotId === id)
  if (member !== undefined && Buffer.compare(member.publicKey, slot.publicKey) !== 0)
    return 'has another public key than the keyring says'
  const digest = slotDigestsOf(keyring)?.get(id)
  return digest === undefined || digest.equals(slotDigestOf(bytes))
    ? undefined
    : 'is not what the keyring vouches for'
}

const slotOrProblem = (id: SlotId, bytes: Uint8Array) => {
  try {
    return decodeSlot(bytes, slotName(id)).slot
  } catch (error) {
    if (!(error instanceof VarveError)) throw error
    const prefix = `${slotName(id)}: `
    return error instanceof CorruptError && error.message.startsWith(prefix)
      ? error.message.slice(prefix.length)
      : error.message
  }
}
