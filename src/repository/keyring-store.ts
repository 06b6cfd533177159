import type { Backend } from '../backend/backend.js'
import type { RandomSource } from '../crypto/random-source.js'
import { CorruptError, VarveError } from '../errors.js'
import type { RepositoryId, SlotId } from '../format/ids.js'
import { decodeKeyring, encodeKeyring, type Keyring, openKeyring } from '../format/keyring.js'
import { Folder, keyringName, parseKeyringName } from '../format/names.js'
import { storedSizeOf } from './stored-size.js'

/** The highest keyring number that is stored. */
export const lastKeyringNumber = async (backend: Backend): Promise<number> => {
  let highest = 0
  for await (const { name } of backend.list(Folder.keyring))
    highest = Math.max(highest, parseKeyringName(name)?.number ?? 0)
  if (highest > 0) return highest
  throw new CorruptError(`${Folder.keyring}/`, 'is empty, so the keys of this repository are lost', {
    hint: 'Put keyring/ back from a copy of the repository.',
  })
}

/**
 * Opens keyring `number`, whichever of its two copies is whole; damage can make one look as if a later program had written it.
 * Errors: `corrupt`, `missing`, `unsupported-version`, `unsupported-feature`.
 */
export const readKeyring = async (
  backend: Backend,
  number: number,
  slotId: SlotId,
  privateKey: Uint8Array,
  repositoryId: RepositoryId,
  /** Hears why the first copy was not good, where the second one is. */
  onDamage: (error: VarveError) => void = () => {},
): Promise<Keyring> => {
  let failure: VarveError | undefined
  for (const copy of ['a', 'b'] as const) {
    const name = keyringName(number, copy)
    try {
      const sealed = decodeKeyring(await backend.read(name), number, name)
      const keyring = openKeyring(sealed, slotId, privateKey, repositoryId, name)
      if (failure !== undefined) onDamage(failure)
      return keyring
    } catch (error) {
      if (!(error instanceof VarveError) || error.code === 'backend') throw error
      failure ??= error
    }
  }
  throw failure
}

/** The slots that keyring `number` says in the clear that it is sealed to; none where neither copy can be read. */
export const slotsSealedTo = async (backend: Backend, number: number): Promise<SlotId[]> => {
  for (const copy of ['a', 'b'] as const) {
    const name = keyringName(number, copy)
    try {
      return decodeKeyring(await backend.read(name), number, name).contentKeys.map(({ slotId }) => slotId)
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
    }
  }
  return []
}

/** Writes both copies, sealed to `keyring.slots`. Of two that write the same number at once, one gets `exists`. */
export const writeKeyring = async (
  backend: Backend,
  keyring: Keyring,
  repositoryId: RepositoryId,
  random?: RandomSource,
): Promise<void> => {
  const bytes = encodeKeyring(keyring, repositoryId, random)
  await backend.create(keyringName(keyring.number, 'a'), bytes)
  await writeSecondCopy(backend, keyring.number, bytes)
}

/**
 * A change of keys that was cut short between the two copies has left one: it gets its second, so that the keyrings below the
 * newest one always have both.
 */
export const completeKeyring = async (backend: Backend, number: number): Promise<void> => {
  if ((await storedSizeOf(backend, keyringName(number, 'b'))) !== undefined) return
  await writeSecondCopy(backend, number, await backend.read(keyringName(number, 'a')))
}

/** Another process may have completed the keyring: then the copy is there already. */
const writeSecondCopy = async (backend: Backend, number: number, bytes: Uint8Array): Promise<void> => {
  const name = keyringName(number, 'b')
  try {
    await backend.create(name, bytes)
  } catch (error) {
    if (!(error instanceof VarveError) || error.code !== 'exists') throw error
    if (Buffer.compare(await backend.read(name), bytes) !== 0) throw error
  }
}

/** Removes the keyrings below `number`, so that a slot that was removed opens none of them. */
export const removeKeyringsBelow = async (backend: Backend, number: number): Promise<void> => {
  const old: string[] = []
  for await (const { name } of backend.list(Folder.keyring))
    if ((parseKeyringName(name)?.number ?? number) < number) old.push(name)
  for (const name of old) await backend.remove(name)
}
