import type { ListedObject } from '../../backend/backend.js'
import { VarveError } from '../../errors.js'
import { openCondemned } from '../../format/condemned.js'
import { decodeFeature } from '../../format/feature.js'
import { openForgotten } from '../../format/forgotten.js'
import {
  Folder,
  parseCondemnedName,
  parseFeatureName,
  parseForgottenName,
  parseNoteName,
  parsePendingName,
  parseSnapshotName,
  parseSuspectName,
  reservedFolders,
  snapshotName,
} from '../../format/names.js'
import { openNote } from '../../format/note.js'
import { openPending } from '../../format/pending.js'
import type { Seals } from '../../format/seal.js'
import { openSnapshot, type Snapshot } from '../../format/snapshot.js'
import { openSuspect, type Suspect } from '../../format/suspect.js'
import { missedSnapshots } from '../../repository/seen-snapshots.js'
import type { Store } from '../../repository/store.js'
import type { Findings } from './findings.js'
import { snapshotMissed } from './next-step.js'

export interface FoundRecords {
  readonly snapshots: Snapshot[]
  readonly suspects: Suspect[]
}

type OpenRecord = (name: string, bytes: Uint8Array) => void

/** Opens every record of every folder: all of them are bound to their names by their seals (I-3). */
export const checkRecords = async (store: Store, findings: Findings): Promise<FoundRecords> => {
  const snapshots: Snapshot[] = []
  const suspects: Suspect[] = []
  const listed: string[] = []
  for (const [folder, open] of openers(store.seals, snapshots, suspects))
    for await (const object of store.backend.list(folder)) {
      await checkRecord(store, object, open, findings)
      if (folder === Folder.snapshots) listed.push(object.name)
    }
  await tellMissedSnapshots(store, listed, findings)
  await remarkUnknownFolders(store, findings)
  return { snapshots, suspects }
}

const openers = (seals: Seals, snapshots: Snapshot[], suspects: Suspect[]): [Folder, OpenRecord][] => [
  [
    Folder.snapshots,
    (name, bytes) => void snapshots.push(openSnapshot(seals, known(parseSnapshotName(name)), bytes)),
  ],
  [Folder.pending, (name, bytes) => void openPending(seals, known(parsePendingName(name)), bytes)],
  [Folder.forgotten, (name, bytes) => openForgottenWhole(seals, name, bytes)],
  [Folder.condemned, (name, bytes) => void openCondemned(seals, known(parseCondemnedName(name)), bytes)],
  [
    Folder.suspect,
    (name, bytes) => void suspects.push(openSuspect(seals, known(parseSuspectName(name)), bytes)),
  ],
  [Folder.notes, (name, bytes) => void openNote(seals, known(parseNoteName(name)), bytes)],
  [Folder.features, (name, bytes) => void [known(parseFeatureName(name)), decodeFeature(bytes, name)]],
]

/** It must be good for an undo. */
const openForgottenWhole = (seals: Seals, name: string, bytes: Uint8Array): void => {
  const id = known(parseForgottenName(name))
  openSnapshot(seals, id, openForgotten(seals, id, bytes).snapshotObject)
}

const unknownName = Symbol('a name that its folder does not know')

const known = <T>(parsed: T | undefined): T => {
  if (parsed === undefined) throw unknownName
  return parsed
}

const checkRecord = async (
  { backend }: Store,
  { name }: ListedObject,
  open: OpenRecord,
  findings: Findings,
): Promise<void> => {
  try {
    open(name, await backend.read(name))
  } catch (error) {
    if (error === unknownName) findings.remark(`${name} has a name that is not known, and is ignored`)
    else if (!(error instanceof VarveError)) throw error
    // What another process removed since it was listed is no loss.
    else if (error.code !== 'missing') findings.error(name, error)
  }
}

/** Nothing in the storage tells of a record that is gone; this machine does where it has seen it. */
const tellMissedSnapshots = async (
  store: Store,
  listed: readonly string[],
  findings: Findings,
): Promise<void> => {
  const ids = listed.map((name) => parseSnapshotName(name)).filter((id) => id !== undefined)
  for (const id of await missedSnapshots(store, ids)) findings.damage(snapshotName(id), snapshotMissed)
}

const remarkUnknownFolders = async ({ backend }: Store, findings: Findings): Promise<void> => {
  const known = new Set<string>([...Object.values(Folder), ...reservedFolders, 'tmp'])
  for (const folder of await backend.listFolders())
    if (!known.has(folder)) findings.remark(`the folder ${folder}/ is not known, and is ignored`)
}
