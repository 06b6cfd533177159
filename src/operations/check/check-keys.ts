import { VarveError } from '../../errors.js'
import { decodeConfig } from '../../format/config.js'
import type { SlotId } from '../../format/ids.js'
import { decodeKeyring, type Keyring, openKeyring } from '../../format/keyring.js'
import {
  configCopyName,
  configName,
  Folder,
  keyringName,
  parseKeyringName,
  parseSlotName,
} from '../../format/names.js'
import { lastKeyringNumber, readKeyring } from '../../repository/keyring-store.js'
import { slotProblem } from '../../repository/slot-problem.js'
import { slotIdOf } from '../../repository/slot-store.js'
import type { Store } from '../../repository/store.js'
import type { Findings } from './findings.js'

/** Both copies of `config`, all slots, both copies of every keyring. Slots are checked as far as the keyring vouches for them. */
export const checkKeys = async (store: Store, findings: Findings): Promise<void> => {
  const keyring = await newestKeyring(store)
  for (const name of [configName, configCopyName])
    await tell(findings, name, () => checkConfig(store, keyring, name))
  checkRecipients(keyring, await checkSlots(store, keyring, findings), findings)
  await checkKeyrings(store, keyring.number, findings)
}

/** Another process may have written one since the store was opened. Where it cannot be read, that is told below. */
const newestKeyring = async ({ backend, keys }: Store): Promise<Keyring> => {
  try {
    const number = await lastKeyringNumber(backend)
    return await readKeyring(backend, number, slotIdOf(keys.slot), keys.privateKey, keys.config.repositoryId)
  } catch (error) {
    if (error instanceof VarveError) return keys.keyring
    throw error
  }
}

const checkConfig = async (
  store: Store,
  { configHash }: Keyring,
  name: string,
): Promise<string | undefined> => {
  const { hash } = decodeConfig(await store.backend.read(name), name)
  return Buffer.compare(hash, configHash) === 0 ? undefined : 'is not what the keyring was made with'
}

const checkSlots = async (store: Store, keyring: Keyring, findings: Findings): Promise<Set<SlotId>> => {
  const found = new Set<SlotId>()
  for await (const { name } of store.backend.list(Folder.keys)) {
    const id = parseSlotName(name)
    if (id === undefined) {
      findings.remark(`${name} is not the name of a slot`)
      continue
    }
    found.add(id)
    await tell(findings, name, async () => slotProblem(keyring, id, await store.backend.read(name)))
  }
  return found
}

const checkKeyrings = async (store: Store, current: number, findings: Findings): Promise<void> => {
  const numbers = new Set<number>()
  for await (const { name } of store.backend.list(Folder.keyring)) {
    const parsed = parseKeyringName(name)
    if (parsed === undefined) findings.remark(`${name} is not the name of a keyring`)
    else numbers.add(parsed.number)
  }
  numbers.add(current)
  for (const number of numbers) {
    const copies: Uint8Array[] = []
    for (const copy of ['a', 'b'] as const) {
      const name = keyringName(number, copy)
      await tell(findings, name, async () => {
        const bytes = await store.backend.read(name)
        openAsFarAsPossible(store, bytes, number, name, number === current)
        copies.push(bytes)
        return undefined
      })
    }
    const [a, b] = copies
    if (a === undefined || b === undefined || Buffer.compare(a, b) === 0) continue
    for (const copy of ['a', 'b'] as const)
      findings.damage(keyringName(number, copy), 'the two copies differ')
  }
}

/** An old keyring may be from before this slot: then its two copies can only be compared. */
const openAsFarAsPossible = (
  { keys }: Store,
  bytes: Uint8Array,
  number: number,
  name: string,
  mustBeOurs: boolean,
): void => {
  const { slot, privateKey, config } = keys
  const sealed = decodeKeyring(bytes, number, name)
  const slotId = slotIdOf(slot)
  const isOurs = sealed.contentKeys.some((key) => key.slotId === slotId)
  if (isOurs || mustBeOurs) openKeyring(sealed, slotId, privateKey, config.repositoryId, name)
}

/** Who the keyring is sealed to must have a slot; a slot that it is not sealed to opens nothing. */
const checkRecipients = (keyring: Keyring, slots: ReadonlySet<SlotId>, findings: Findings): void => {
  const sealedTo = new Set(keyring.slots.map(({ slotId }) => slotId))
  for (const id of sealedTo)
    if (!slots.has(id)) findings.damage(`${Folder.keys}/${id}`, 'is missing: its key opens nothing any more')
  for (const id of slots)
    if (!sealedTo.has(id))
      findings.remark(`${Folder.keys}/${id}: the keyring is not sealed to it, so its key opens nothing`)
}

const tell = async (
  findings: Findings,
  name: string,
  check: () => Promise<string | undefined>,
): Promise<void> => {
  try {
    const message = await check()
    if (message !== undefined) findings.damage(name, message)
  } catch (error) {
    if (!(error instanceof VarveError)) throw error
    if (error.code === 'missing') findings.damage(name, 'is missing')
    else findings.error(name, error)
  }
}
