import assert from 'node:assert/strict'
import { hexOf, type IndexId, type PackId, type PendingId, type SlotId, type SnapshotId } from './ids.js'

/** Folders of a repository (docs/FORMAT.md §2). */
export const Folder = {
  keys: 'keys',
  keyring: 'keyring',
  packs: 'packs',
  index: 'index',
  snapshots: 'snapshots',
  pending: 'pending',
  condemned: 'condemned',
  forgotten: 'forgotten',
  suspect: 'suspect',
  notes: 'notes',
  features: 'features',
  quarantine: 'quarantine',
} as const
export type Folder = (typeof Folder)[keyof typeof Folder]

/** Folders that a later version will use; nothing is in them yet. */
export const reservedFolders: readonly string[] = ['catalog', 'verified', 'parity']

/** `condemned/<id>`, 32 hex digits. */
export type CondemnedId = string & { readonly condemnedId: unique symbol }
/** `suspect/<id>`, 32 hex digits. */
export type SuspectId = string & { readonly suspectId: unique symbol }

export const configName = 'config'
export const configCopyName = 'config.copy'

export const slotName = (id: SlotId): string => `${Folder.keys}/${id}`
export const packName = (id: PackId): string => `${Folder.packs}/${id}`
export const indexName = (id: IndexId): string => `${Folder.index}/${id}`
export const snapshotName = (id: SnapshotId): string => `${Folder.snapshots}/${id}`
export const pendingName = (id: PendingId, checkpoint: number): string =>
  `${Folder.pending}/${id}.${checkpoint}`
export const condemnedName = (id: CondemnedId): string => `${Folder.condemned}/${id}`
export const forgottenName = (id: SnapshotId): string => `${Folder.forgotten}/${id}`
export const suspectName = (id: SuspectId): string => `${Folder.suspect}/${id}`
export const noteName = (id: SnapshotId, number: number): string => `${Folder.notes}/${id}.${number}`
export const featureName = (feature: string): string => `${Folder.features}/${feature}`
/** Where a damaged pack or index file is kept: `packs/<id>` becomes `quarantine/packs.<id>`, a second of that name `….2`. */
export const quarantineName = (name: string, number: number): string =>
  `${Folder.quarantine}/${name.replace('/', '.')}${number === 1 ? '' : `.${number}`}`
export const keyringName = (number: number, copy: 'a' | 'b'): string =>
  `${Folder.keyring}/${String(number).padStart(8, '0')}.${copy}`

const hex32 = /^[0-9a-f]{32}$/
const hex64 = /^[0-9a-f]{64}$/
const numbered = /^([0-9a-f]{32})\.([1-9][0-9]{0,8})$/
const keyring = /^([0-9]{8})\.([ab])$/
const feature = /^[a-z0-9][a-z0-9._-]{0,127}$/

/** What a listed name names. Errors: none; undefined where it is not a name of that folder. */
export const parsePackName = (name: string): PackId | undefined => parse<PackId>(Folder.packs, hex64, name)
export const parseIndexName = (name: string): IndexId | undefined => parse<IndexId>(Folder.index, hex64, name)
export const parseSlotName = (name: string): SlotId | undefined => parse<SlotId>(Folder.keys, hex32, name)
export const parseSnapshotName = (name: string): SnapshotId | undefined =>
  parse<SnapshotId>(Folder.snapshots, hex32, name)
export const parseCondemnedName = (name: string): CondemnedId | undefined =>
  parse<CondemnedId>(Folder.condemned, hex32, name)
export const parseForgottenName = (name: string): SnapshotId | undefined =>
  parse<SnapshotId>(Folder.forgotten, hex32, name)
export const parseSuspectName = (name: string): SuspectId | undefined =>
  parse<SuspectId>(Folder.suspect, hex32, name)
export const parseFeatureName = (name: string): string | undefined =>
  parse<string>(Folder.features, feature, name)

export interface PendingName {
  readonly id: PendingId
  readonly checkpoint: number
}

export function parsePendingName(name: string): PendingName | undefined {
  const match = numbered.exec(baseIn(Folder.pending, name))
  return match === null ? undefined : { id: match[1] as PendingId, checkpoint: Number(match[2]) }
}

export interface NoteName {
  readonly id: SnapshotId
  readonly number: number
}

export function parseNoteName(name: string): NoteName | undefined {
  const match = numbered.exec(baseIn(Folder.notes, name))
  return match === null ? undefined : { id: match[1] as SnapshotId, number: Number(match[2]) }
}

export interface KeyringName {
  readonly number: number
  readonly copy: 'a' | 'b'
}

export function parseKeyringName(name: string): KeyringName | undefined {
  const match = keyring.exec(baseIn(Folder.keyring, name))
  const number = Number(match?.[1])
  return match === null || number === 0 ? undefined : { number, copy: match[2] as 'a' | 'b' }
}

/** An id of 16 or 32 bytes as it stands in names. */
export const idFromBytes = <Id extends string>(bytes: Uint8Array): Id => {
  assert.ok(bytes.byteLength === 16 || bytes.byteLength === 32)
  return hexOf(bytes) as Id
}

/** The bytes of an id that stands in a name. */
export const idBytes = (id: string): Buffer => {
  assert.ok(hex32.test(id) || hex64.test(id))
  return Buffer.from(id, 'hex')
}

const parse = <Id extends string>(folder: Folder, form: RegExp, name: string): Id | undefined => {
  const base = baseIn(folder, name)
  return form.test(base) ? (base as Id) : undefined
}

/** Empty where the name is in another folder; no name has an empty base. */
const baseIn = (folder: Folder, name: string): string =>
  name.startsWith(`${folder}/`) ? name.slice(folder.length + 1) : ''
