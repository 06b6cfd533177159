import { readSlots, slotIdOf } from '../../repository/slot-store.js'
import type { Store } from '../../repository/store.js'
import { type KeySummary, keySummaryOf } from './key-summary.js'

/** All slots that can be read, oldest first. Errors: those of the backend. */
export const listKeys = async (store: Store): Promise<KeySummary[]> => {
  const current = slotIdOf(store.keys.slot)
  const { slots } = await readSlots(store.backend)
  return slots
    .map((slot) => keySummaryOf(slot, slotIdOf(slot) === current))
    .sort((a, b) => a.created.getTime() - b.created.getTime() || (a.id < b.id ? -1 : 1))
}
