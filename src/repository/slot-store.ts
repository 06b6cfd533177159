import type { Backend } from '../backend/backend.js'
import type { KeySlot, SlotSecret } from '../crypto/key-slot.js'
import { slotHintOf } from '../crypto/key-slot-keys.js'
import { openSlot } from '../crypto/open-slot.js'
import { CorruptError, VarveError } from '../errors.js'
import type { RepositoryId, SlotId } from '../format/ids.js'
import { passwordSlotsMax, slotsMax } from '../format/limits.js'
import { Folder, idFromBytes, parseSlotName, slotName } from '../format/names.js'
import { decodeSlot } from '../format/slot.js'

/** Beyond the slots of the keyring there may be some of additions that were interrupted; nobody interrupts so many. */
const slotObjectsMax = slotsMax + 1000

export interface FoundSlots {
  readonly slots: readonly KeySlot[]
  /** Slots that are damaged, or of a later version; the others open the repository all the same. */
  readonly damaged: readonly VarveError[]
}

export const slotIdOf = (slot: KeySlot): SlotId => idFromBytes<SlotId>(slot.id)

/** Errors: `corrupt` where there are more than there can be; `backend`. */
export const readSlots = async (backend: Backend): Promise<FoundSlots> => {
  const slots: KeySlot[] = []
  const damaged: VarveError[] = []
  const ids = await slotIds(backend)
  if (ids.length > slotObjectsMax) throw tooManySlots(ids.length)
  for (const id of ids) {
    const name = slotName(id)
    try {
      const { slot } = decodeSlot(await backend.read(name), name)
      if (slotIdOf(slot) !== id) throw new CorruptError(name, 'is the slot of another name')
      slots.push(slot)
    } catch (error) {
      if (!(error instanceof VarveError) || error.code === 'backend') throw error
      if (error.code !== 'missing') damaged.push(error)
    }
  }
  return { slots, damaged }
}

/** Of all objects in `keys/` whose names are those of slots. */
export const slotIds = async (backend: Backend): Promise<SlotId[]> => {
  const ids: SlotId[] = []
  for await (const { name } of backend.list(Folder.keys)) {
    const id = parseSlotName(name)
    if (id !== undefined) ids.push(id)
  }
  return ids
}

/** Each is read whenever the repository is opened (docs/FORMAT.md §9.2). */
const tooManySlots = (count: number): CorruptError =>
  new CorruptError(`${Folder.keys}/`, `has ${count} slots, where at most ${slotsMax} can be`, {
    hint: 'Somebody who can write to the storage put them there: remove the files of that folder that nobody of you made.',
  })

export interface OpenedSlot {
  readonly slot: KeySlot
  readonly privateKey: Buffer
}

/**
 * Finds the slot that a secret opens. Passwords are tried on each slot, some 0.3 s for each; key files and recovery keys
 * find theirs by its hint. Errors: `wrong-password`; `corrupt` where damage keeps the right slot from opening.
 */
export const openSlotWith = async (
  { slots, damaged }: FoundSlots,
  secret: SlotSecret,
  repositoryId: RepositoryId,
): Promise<OpenedSlot> => {
  const passwords = slots.filter(({ kind }) => kind === 'password').length
  if (secret.kind === 'password' && passwords > passwordSlotsMax) throw tooManyPasswords(passwords)
  let failure: unknown
  for (const slot of candidates(slots, secret)) {
    try {
      return { slot, privateKey: await openSlot(slot, secret, repositoryId) }
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      if (error.code !== 'wrong-password') failure ??= error
    }
  }
  // Where nothing of its kind could be tried, the damage is the likelier cause.
  const isUntried = !slots.some(({ kind }) => kind === secret.kind)
  throw failure ?? (isUntried ? damaged[0] : undefined) ?? wrongSecret({ slots, damaged }, secret)
}

/** Each costs as much as a guess; whoever writes to the storage can put thousands there (docs/FORMAT.md §9.2). */
const tooManyPasswords = (count: number): CorruptError =>
  new CorruptError(`${Folder.keys}/`, `has ${count} passwords, where at most ${passwordSlotsMax} can be`, {
    hint: 'Remove the slots that nobody of you made; a key file or a recovery key opens the repository meanwhile.',
  })

const candidates = (slots: readonly KeySlot[], secret: SlotSecret): readonly KeySlot[] => {
  const sameKind = slots.filter(({ kind }) => kind === secret.kind)
  if (secret.kind === 'password') return sameKind
  const hint = slotHintOf(secret.secret)
  return sameKind.filter((slot) => slot.hint !== undefined && Buffer.compare(slot.hint, hint) === 0)
}

const wrongSecret = ({ slots, damaged }: FoundSlots, secret: SlotSecret): VarveError => {
  if (slots.length === 0)
    return new CorruptError(`${Folder.keys}/`, 'has no slot, so nothing can open the repository', {
      hint: 'Put a copy of a slot back, for example from a printed key export.',
    })
  const sameKind = slots.filter(({ kind }) => kind === secret.kind)
  const name = { password: 'password', 'key-file': 'key file', recovery: 'recovery key' }[secret.kind]
  const of = sameKind.map((slot) => slotName(slotIdOf(slot))).join(', ')
  const tried = of === '' ? `it has no slot for a ${name}` : `not ${of}`
  const untold = damaged.map(({ message }) => `; ${message}`).join('')
  return new VarveError('wrong-password', `the ${name} does not open this repository: ${tried}${untold}`, {
    // Nothing vouches for a slot before a key has opened the keyring (docs/FORMAT.md §3.6).
    hint:
      `Check how it is written, and that it belongs to this repository. If it surely does, the slot may be damaged: open with another key or the ` +
      `recovery key, and varve key list tells which slots are not what they were.`,
  })
}
