import type { ScryptCost } from '../../crypto/password.js'
import { VarveError } from '../../errors.js'
import type { SlotId } from '../../format/ids.js'
import { slotIdOf } from '../../repository/slot-store.js'
import type { Store } from '../../repository/store.js'
import { newSlotOf } from './add-key.js'
import { changeSlots } from './change-slots.js'
import { readSlotSet, type SlotSet } from './slot-set.js'

export interface NewPassword {
  readonly password: string
  /** Tests choose a cheap one. */
  readonly scryptCost?: ScryptCost
}

/**
 * Puts a new password in the place of the one that the repository was opened with; the label stays. Opened with a key file or
 * a recovery key, it replaces the only password, which may be forgotten. The store must be opened again afterwards.
 * Errors: `invalid-argument` (an empty password), `ambiguous` (several passwords, none of them used), `corrupt`, `backend`.
 */
export const changePassword = async (
  store: Store,
  { password, scryptCost }: NewPassword,
): Promise<{ id: SlotId }> => {
  const before = await readSlotSet(store)
  const old = replacedBy(store, before)
  const label = old === undefined ? '' : (before.slots.get(old)?.label ?? '')
  const made = await newSlotOf(store, {
    secret: { kind: 'password', password },
    label,
    ...(scryptCost === undefined ? {} : { scryptCost }),
  })
  await changeSlots(store, {
    add: made,
    remove: ({ keyring }) => keyring.slots.find(({ slotId }) => slotId === old)?.slotId,
  })
  return { id: slotIdOf(made.slot) }
}

const replacedBy = ({ keys }: Store, { slots }: SlotSet): SlotId | undefined => {
  if (keys.slot.kind === 'password') return slotIdOf(keys.slot)
  const passwords = [...slots].filter(([, slot]) => slot.kind === 'password').map(([id]) => id)
  if (passwords.length <= 1) return passwords[0]
  throw new VarveError(
    'ambiguous',
    `the repository has ${passwords.length} passwords, and was opened with none of them`,
    {
      hint: 'Use varve key add and varve key remove, or open the repository with the password that is to be changed.',
    },
  )
}
