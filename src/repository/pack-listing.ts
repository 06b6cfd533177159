import type { Backend } from '../backend/backend.js'
import { CorruptError } from '../errors.js'
import { openCondemned } from '../format/condemned.js'
import type { IndexId, PackId } from '../format/ids.js'
import {
  Folder,
  parseCondemnedName,
  parseIndexName,
  parsePackName,
  parseSuspectName,
} from '../format/names.js'
import type { Seals } from '../format/seal.js'
import { openSuspect, type Suspect } from '../format/suspect.js'

/** Every pack that is listed, with its size in bytes. */
export const listPacks = async (backend: Backend): Promise<Map<PackId, number>> => {
  const packs = new Map<PackId, number>()
  for await (const { name, sizeBytes } of backend.list(Folder.packs)) {
    const id = parsePackName(name)
    if (id !== undefined) packs.set(id, sizeBytes)
  }
  return packs
}

export const listIndexFiles = async (backend: Backend): Promise<Set<IndexId>> => {
  const files = new Set<IndexId>()
  for await (const { name } of backend.list(Folder.index)) {
    const id = parseIndexName(name)
    if (id !== undefined) files.add(id)
  }
  return files
}

/** The packs that any collector intends to delete (docs/GC-PROTOCOL.md, W1 and W4). */
export const listCondemned = async (backend: Backend, seals: Seals): Promise<Set<PackId>> => {
  const condemned = new Set<PackId>()
  for await (const { name } of backend.list(Folder.condemned)) {
    const id = parseCondemnedName(name)
    if (id === undefined) continue
    for (const pack of openCondemned(seals, id, await backend.read(name)).packs) condemned.add(pack)
  }
  return condemned
}

/**
 * What was found damaged and not yet replaced. A record that is itself damaged is left out: it could only have kept a backup from
 * relying on packs that check names again.
 */
export const listSuspects = async (backend: Backend, seals: Seals): Promise<Suspect[]> => {
  const suspects: Suspect[] = []
  for await (const { name } of backend.list(Folder.suspect)) {
    const id = parseSuspectName(name)
    if (id === undefined) continue
    try {
      suspects.push(openSuspect(seals, id, await backend.read(name)))
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error
    }
  }
  return suspects
}
