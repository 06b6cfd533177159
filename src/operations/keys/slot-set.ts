import type { KeySlot } from '../../crypto/key-slot.js'
import { VarveError } from '../../errors.js'
import type { SlotId } from '../../format/ids.js'
import type { Keyring } from '../../format/keyring.js'
import { slotName } from '../../format/names.js'
import { decodeSlot } from '../../format/slot.js'
import { lastKeyringNumber, readKeyring } from '../../repository/keyring-store.js'
import { type SlotDigests, slotDigestOf, slotDigestsOf } from '../../repository/slot-digests.js'
import { slotIdOf, slotIds } from '../../repository/slot-store.js'
import type { Store } from '../../repository/store.js'

/** The newest keyring, and the slots that it is sealed to, as they are in the storage now. */
export interface SlotSet {
  readonly keyring: Keyring
  /** SHA-256 of slot objects: what the keyring says, else what is stored. */
  readonly digests: SlotDigests
  /** Members whose slots can be read. A damaged one stays a member: the keyring knows its public key. */
  readonly slots: ReadonlyMap<SlotId, KeySlot>
  /** Objects of keys/ that the keyring is not sealed to: leftovers of interrupted changes, or somebody else's. */
  readonly strangers: ReadonlySet<SlotId>
}

/** Reads it again: another process may have changed keys since the store was opened. Errors: `corrupt`, `missing`, `backend`. */
export const readSlotSet = async (store: Store): Promise<SlotSet> => {
  const { slot, privateKey, config } = store.keys
  const number = await lastKeyringNumber(store.backend)
  const keyring = await readKeyring(store.backend, number, slotIdOf(slot), privateKey, config.repositoryId)
  const digests = new Map(slotDigestsOf(keyring))
  const slots = new Map<SlotId, KeySlot>()
  for (const { slotId } of keyring.slots) {
    const member = await readMember(store, slotId)
    if (member === undefined) continue
    slots.set(slotId, member.slot)
    if (!digests.has(slotId)) digests.set(slotId, member.digest)
  }
  return { keyring, digests, slots, strangers: await strangersTo(store, keyring) }
}

const readMember = async (
  { backend }: Store,
  id: SlotId,
): Promise<{ slot: KeySlot; digest: Buffer } | undefined> => {
  try {
    const bytes = await backend.read(slotName(id))
    const { slot } = decodeSlot(bytes, slotName(id))
    return slotIdOf(slot) === id ? { slot, digest: slotDigestOf(bytes) } : undefined
  } catch (error) {
    if (error instanceof VarveError && error.code !== 'backend') return undefined
    throw error
  }
}

const strangersTo = async ({ backend }: Store, keyring: Keyring): Promise<Set<SlotId>> => {
  const members = new Set(keyring.slots.map(({ slotId }) => slotId))
  return new Set((await slotIds(backend)).filter((id) => !members.has(id)))
}
