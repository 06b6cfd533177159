import { randomBytes } from 'node:crypto'
import type { Backend } from '../backend/backend.js'
import { type ChunkingParameters, checkChunkingParameters } from '../chunking/parameters.js'
import type { KeySlot, SlotSecret } from '../crypto/key-slot.js'
import { makeSlot } from '../crypto/make-slot.js'
import type { RandomSource } from '../crypto/random-source.js'
import { VarveError } from '../errors.js'
import { configHash, encodeConfig } from '../format/config.js'
import type { RepositoryId } from '../format/ids.js'
import { type Keyring, type KeyringRecipient, keyringRecipientOf } from '../format/keyring.js'
import {
  configCopyName,
  configName,
  Folder,
  parseKeyringName,
  parseSlotName,
  reservedFolders,
  slotName,
} from '../format/names.js'
import { encodeSlot } from '../format/slot.js'
import { writeKeyring } from './keyring-store.js'
import { type SlotDigests, slotDigestOf, withSlotDigests } from './slot-digests.js'
import { slotIdOf } from './slot-store.js'

export interface NewRepository {
  /** One slot is made for each. */
  readonly secrets: readonly { readonly secret: SlotSecret; readonly label: string }[]
  readonly chunking: ChunkingParameters
  readonly nowNs: bigint
}

/** What may stand where a repository is to be: its own folders, `lost+found` of a fresh disk. */
const mayBeThere = new Set<string>([
  ...Object.values(Folder),
  ...reservedFolders,
  configCopyName,
  'lost+found',
])

/**
 * Makes a repository: slots and keyring first and `config` last, so that an interrupted init leaves nothing that looks
 * like a repository, and can be run again. Errors: `repository-exists`, `in-the-way`, those of the backend.
 */
export const createRepository = async (
  backend: Backend,
  request: NewRepository,
  random: RandomSource = randomBytes,
): Promise<void> => {
  checkChunkingParameters(request.chunking)
  for (const name of await leftByInit(backend)) await backend.remove(name)
  const repositoryId = random(16) as RepositoryId
  const slots: KeySlot[] = []
  const recipients: KeyringRecipient[] = []
  for (const { secret, label } of request.secrets) {
    const { slot, privateKey } = await makeSlot({
      repositoryId,
      secret,
      label,
      createdNs: request.nowNs,
      random,
    })
    slots.push(slot)
    recipients.push(keyringRecipientOf(slotIdOf(slot), privateKey))
  }
  const config = encodeConfig({ repositoryId, chunkSizes: request.chunking.levels })
  for (const slot of slots) await backend.create(slotName(slotIdOf(slot)), encodeSlot(slot))
  const digests = new Map(slots.map((slot) => [slotIdOf(slot), slotDigestOf(encodeSlot(slot))]))
  const keyring = firstKeyring(configHash(config), request.chunking, recipients, digests, random)
  await writeKeyring(backend, keyring, repositoryId, random)
  await backend.create(configCopyName, config)
  await backend.create(configName, config)
}

const firstKeyring = (
  hash: Uint8Array,
  { levels }: ChunkingParameters,
  slots: readonly KeyringRecipient[],
  digests: SlotDigests,
  random: RandomSource,
): Keyring => ({
  number: 1,
  configHash: hash,
  chunkSizes: levels,
  slots,
  idKey: random(32),
  chunkerKey: random(32),
  treeKey: random(16),
  epochs: [[1, random(32)]],
  extensions: withSlotDigests([], digests),
})

/**
 * The slots and keyrings that an init left which did not come to its end: no data can depend on them, since there is no config.
 * Errors: `repository-exists`; `in-the-way` where there is anything else, which a repository must not be mixed with.
 */
export const leftByInit = async (backend: Backend): Promise<string[]> => {
  for (const folder of [Folder.packs, Folder.snapshots, Folder.index])
    for await (const { name } of backend.list(folder)) throw alreadyThere(backend, name)
  if (await exists(backend, configName)) throw alreadyThere(backend, configName)
  for (const name of await backend.listTop()) if (!mayBeThere.has(name)) throw inTheWay(backend, name)
  const left = [configCopyName]
  for (const [folder, parse] of [
    [Folder.keys, parseSlotName],
    [Folder.keyring, parseKeyringName],
  ] as const) {
    for await (const { name } of backend.list(folder)) {
      if (parse(name) === undefined) throw inTheWay(backend, name)
      left.push(name)
    }
  }
  return left
}

const inTheWay = (backend: Backend, name: string): VarveError =>
  new VarveError('in-the-way', `${backend.location} is not empty, and no repository: it has ${name}`, {
    hint: 'Name an empty folder, or one that is not there yet: init makes it.',
  })

const exists = async (backend: Backend, name: string): Promise<boolean> => {
  try {
    await backend.size(name)
    return true
  } catch (error) {
    if (error instanceof VarveError && error.code === 'missing') return false
    throw error
  }
}

const alreadyThere = (backend: Backend, name: string): VarveError =>
  new VarveError('repository-exists', `${backend.location} holds a repository already (it has ${name})`, {
    hint: 'Choose another place, or use the repository that is there.',
  })
