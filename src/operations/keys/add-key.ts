import type { SlotSecret } from '../../crypto/key-slot.js'
import { slotHintOf } from '../../crypto/key-slot-keys.js'
import { makeSlot } from '../../crypto/make-slot.js'
import type { ScryptCost } from '../../crypto/password.js'
import { formatRecoveryKey } from '../../crypto/recovery-key.js'
import { VarveError } from '../../errors.js'
import type { SlotId } from '../../format/ids.js'
import { passwordSlotsMax, slotsMax } from '../../format/limits.js'
import { slotIdOf } from '../../repository/slot-store.js'
import type { Store } from '../../repository/store.js'
import { changeSlots, type NewSlot } from './change-slots.js'
import { readSlotSet, type SlotSet } from './slot-set.js'

export interface NewKey {
  /** `recovery` without a secret: a new one is made, and given back. */
  readonly secret: SlotSecret | { readonly kind: 'recovery' }
  /** At most 255 bytes of UTF-8. */
  readonly label?: string
  /** Of passwords; tests choose a cheap one. */
  readonly scryptCost?: ScryptCost
}

export interface AddedKey {
  readonly id: SlotId
  /** The text for paper, where a recovery key was made. It is not kept anywhere. */
  readonly recoveryKey?: string
}

/** Errors: `invalid-argument` (an empty password, too many keys), `exists` (the same key file again), `corrupt`, `backend`. */
export const addKey = async (store: Store, key: NewKey): Promise<AddedKey> => {
  const secret = 'password' in key.secret || 'secret' in key.secret ? key.secret : newRecoverySecret(store)
  requireRoom(await readSlotSet(store), secret)
  const made = await newSlotOf(store, { ...key, secret })
  await changeSlots(store, { add: made })
  const id = slotIdOf(made.slot)
  if (secret === key.secret || secret.kind === 'password') return { id }
  return { id, recoveryKey: formatRecoveryKey(secret.secret) }
}

export const newSlotOf = (
  { keys, now }: Store,
  { secret, label = '', scryptCost }: NewKey & { readonly secret: SlotSecret },
): Promise<NewSlot> =>
  makeSlot({
    repositoryId: keys.config.repositoryId,
    secret,
    label,
    createdNs: now(),
    ...(scryptCost === undefined ? {} : { scryptCost }),
  })

const newRecoverySecret = ({ random }: Store): SlotSecret => ({ kind: 'recovery', secret: random(32) })

const requireRoom = (set: SlotSet, secret: SlotSecret): void => {
  const slots = [...set.slots.values()]
  if (set.keyring.slots.length >= slotsMax) throw tooMany(slotsMax, 'keys')
  if (secret.kind === 'password') {
    if (slots.filter(({ kind }) => kind === 'password').length >= passwordSlotsMax)
      throw tooMany(passwordSlotsMax, 'passwords')
    return
  }
  const hint = slotHintOf(secret.secret)
  const same = slots.find((slot) => slot.hint !== undefined && hint.equals(slot.hint))
  if (same !== undefined)
    throw new VarveError(
      'exists',
      `this ${nameOf(secret.kind)} opens the repository already, as key ${slotIdOf(same).slice(0, 8)}`,
      {
        hint: 'varve key list shows all keys.',
      },
    )
}

const nameOf = (kind: 'key-file' | 'recovery'): string => (kind === 'key-file' ? 'key file' : 'recovery key')

const tooMany = (max: number, what: string): VarveError =>
  new VarveError('invalid-argument', `a repository has at most ${max} ${what}`, {
    hint: 'Remove one that is not used any more: varve key list, varve key remove ID.',
  })
