import { VarveError } from '../../errors.js'
import type { SlotId } from '../../format/ids.js'
import { slotIdOf } from '../../repository/slot-store.js'
import type { Store } from '../../repository/store.js'
import { changeSlots } from './change-slots.js'
import { readSlotSet, type SlotSet } from './slot-set.js'

/**
 * Removes a key, given by its id or the beginning of it. Never the one that the repository was opened with, so never the last
 * one. Who had the key may have kept what it opens: removing it keeps nobody from what was stored until then.
 * Errors: `not-found`, `ambiguous`, `invalid-argument` (the current key), `corrupt`, `backend`.
 */
export const removeKey = async (store: Store, idOrPrefix: string): Promise<SlotId> => {
  const slots = await readSlotSet(store)
  const id = onlyKeyWith(slots, idOrPrefix)
  if (id === slotIdOf(store.keys.slot)) throw isCurrent(id)
  await changeSlots(store, { remove: (newest) => requireRemovable(newest, id) })
  return id
}

const onlyKeyWith = ({ keyring, strangers }: SlotSet, prefix: string): SlotId => {
  const wanted = prefix.trim().toLowerCase()
  const ids = [...keyring.slots.map(({ slotId }) => slotId), ...strangers]
  const fitting = ids.filter((id) => wanted !== '' && id.startsWith(wanted))
  const hint = 'varve key list shows the ids.'
  if (fitting.length > 1)
    throw new VarveError('ambiguous', `${JSON.stringify(prefix)} fits several keys: ${fitting.join(', ')}`, {
      hint: 'Give more digits of the id.',
    })
  if (fitting.length === 0)
    throw new VarveError('not-found', `no key has an id that begins with ${JSON.stringify(prefix)}`, { hint })
  return fitting[0]!
}

/** Somebody else may have removed it, or all others, meanwhile. */
const requireRemovable = ({ keyring, slots, strangers }: SlotSet, id: SlotId): SlotId => {
  if (!strangers.has(id) && !keyring.slots.some(({ slotId }) => slotId === id))
    throw new VarveError('not-found', `the key ${id} was removed by another process`)
  const staying = [...slots.values()].some((slot) => slotIdOf(slot) !== id && slot.role === 'full')
  if (!staying)
    throw new VarveError(
      'invalid-argument',
      'this is the last key: without it nobody could open the repository',
      {
        hint: 'Add another key first: varve key add.',
      },
    )
  return id
}

const isCurrent = (id: SlotId): VarveError =>
  new VarveError(
    'invalid-argument',
    `the repository is open with the key ${id.slice(0, 8)}, so it cannot be removed`,
    {
      hint: 'Open the repository with another key to remove this one, or change a password with varve key passwd.',
    },
  )
