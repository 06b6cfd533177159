import { VarveError } from '../../errors.js'
import type { SlotId } from '../../format/ids.js'
import type { Keyring } from '../../format/keyring.js'
import { slotName } from '../../format/names.js'
import { slotProblem } from '../../repository/slot-problem.js'
import { readSlots, slotIdOf } from '../../repository/slot-store.js'
import type { Store } from '../../repository/store.js'
import { type KeySummary, keySummaryOf } from './key-summary.js'
import { readSlotSet } from './slot-set.js'

export interface ListKeysOptions {
  /** Hears of slots that are not what the keyring vouches for, or gone: their keys may open nothing. */
  readonly onDamage?: ((damage: { readonly object: string; readonly message: string }) => void) | undefined
}

/** All slots that can be read, oldest first. Errors: `corrupt`, `missing` of the keyring; those of the backend. */
export const listKeys = async (store: Store, options: ListKeysOptions = {}): Promise<KeySummary[]> => {
  const { keyring, strangers } = await readSlotSet(store)
  for (const id of [...keyring.slots.map(({ slotId }) => slotId), ...strangers]) {
    const message = await problemOf(store, keyring, id)
    if (message !== undefined) options.onDamage?.({ object: slotName(id), message })
  }
  const current = slotIdOf(store.keys.slot)
  const { slots } = await readSlots(store.backend)
  return slots
    .map((slot) => keySummaryOf(slot, slotIdOf(slot) === current))
    .sort((a, b) => a.created.getTime() - b.created.getTime() || (a.id < b.id ? -1 : 1))
}

const problemOf = async ({ backend }: Store, keyring: Keyring, id: SlotId): Promise<string | undefined> => {
  try {
    return slotProblem(keyring, id, await backend.read(slotName(id)))
  } catch (error) {
    if (error instanceof VarveError && error.code === 'missing') return 'is missing'
    throw error
  }
}
