import type { KeySlot } from '../../crypto/key-slot.js'
import { VarveError } from '../../errors.js'
import { requireWritable } from '../../format/config.js'
import type { SlotId } from '../../format/ids.js'
import { decodeKeyring, keyringNumberMax, keyringRecipientOf, openKeyring } from '../../format/keyring.js'
import { configName, keyringName, slotName } from '../../format/names.js'
import { encodeSlot } from '../../format/slot.js'
import { requireWritableFeatures } from '../../repository/feature-store.js'
import { completeKeyring, removeKeyringsBelow, writeKeyring } from '../../repository/keyring-store.js'
import { slotDigestOf, withSlotDigests } from '../../repository/slot-digests.js'
import { slotIdOf } from '../../repository/slot-store.js'
import type { Store } from '../../repository/store.js'
import { readSlotSet, type SlotSet } from './slot-set.js'

export interface NewSlot {
  readonly slot: KeySlot
  readonly privateKey: Uint8Array
}

export interface SlotChange {
  readonly add?: NewSlot
  /** Asked again for the newest keyring on every attempt. */
  readonly remove?: (slots: SlotSet) => SlotId | undefined
}

const attemptsMax = 5

/**
 * Adds a slot, removes one, or both, as one change of the keyring. Wherever it is cut short, the repository opens with
 * every key that it had before, or with every key that it has afterwards:
 *
 * 1. The new slot is written. No keyring is sealed to it yet, and nothing else changed: a leftover opens nothing.
 * 2. Keyring n gets its second copy where the change that made it was cut short. Keyring n + 1 is written, sealed to all that
 *    stay and to the new one (docs/FORMAT.md §9.3: to the slots that keyring n lists, never to what stands in keys/). With
 *    its copy a it is the newest one, so the change has happened: whoever stays opens it. Then copy b.
 * 3. It is read again and opened as the new slot will open it: a key that a user is told of works.
 * 4. Where a slot was removed: the keyrings below n + 1 go, and then the slot. Cut short before that, its key opens nothing
 *    all the same, since readers take the newest keyring; removing it again finishes the work. Where none was removed the
 *    older keyrings stay: they are sealed to nobody who should not read, and are one more copy of the keys.
 *
 * Of two processes that change keys at once, one is told in step 2 that n + 1 exists, and begins again with what is there.
 */
export const changeSlots = async (store: Store, change: SlotChange): Promise<void> => {
  requireWritable(store.keys.config, configName)
  await requireWritableFeatures(store.backend)
  const { add } = change
  if (add !== undefined) await store.backend.create(slotName(slotIdOf(add.slot)), encodeSlot(add.slot))
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const slots = await readSlotSet(store)
    await completeKeyring(store.backend, slots.keyring.number)
    const removed = change.remove?.(slots)
    const number = slots.keyring.number + 1
    if (!(await writeNext(store, slots, add, removed))) continue
    await proveKeyring(store, number, add)
    if (removed !== undefined) await removeSlot(store, removed, number)
    return
  }
  throw new VarveError('backend', 'other processes kept changing the keys', {
    hint: 'Run the command again.',
  })
}

/** Step 4. */
const removeSlot = async ({ backend }: Store, id: SlotId, newestKeyring: number): Promise<void> => {
  await removeKeyringsBelow(backend, newestKeyring)
  await backend.remove(slotName(id))
}

/** False where somebody else wrote that keyring. */
const writeNext = async (
  { backend, keys }: Store,
  { keyring, digests }: SlotSet,
  add: NewSlot | undefined,
  removed: SlotId | undefined,
): Promise<boolean> => {
  const number = keyring.number + 1
  if (number > keyringNumberMax) throw new VarveError('invalid-argument', 'the keys were changed too often')
  const slots = keyring.slots.filter(({ slotId }) => slotId !== removed)
  const nextDigests = new Map(digests)
  if (removed !== undefined) nextDigests.delete(removed)
  if (add !== undefined) {
    const id = slotIdOf(add.slot)
    slots.push(keyringRecipientOf(id, add.privateKey))
    nextDigests.set(id, slotDigestOf(encodeSlot(add.slot)))
  }
  const next = { ...keyring, number, slots, extensions: withSlotDigests(keyring.extensions, nextDigests) }
  try {
    await writeKeyring(backend, next, keys.config.repositoryId)
    return true
  } catch (error) {
    if (error instanceof VarveError && error.code === 'exists') return false
    throw error
  }
}

const proveKeyring = async (
  { backend, keys }: Store,
  number: number,
  add: NewSlot | undefined,
): Promise<void> => {
  const { slot, privateKey } = add ?? keys
  for (const copy of ['a', 'b'] as const) {
    const name = keyringName(number, copy)
    const sealed = decodeKeyring(await backend.read(name), number, name)
    openKeyring(sealed, slotIdOf(slot), privateKey, keys.config.repositoryId, name)
  }
}
