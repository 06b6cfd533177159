import type { Manifest, PackRecord } from './manifest.js'

/** In a map of ordinals: the entry's pack is gone, and the entry goes with it. */
export const DROPPED = 0xffffffff

export interface PackTable {
  readonly packs: readonly PackRecord[]
  readonly removedPacks: readonly number[]
}

/** Adds packs, or brings them back. `ordinals` gives for each of `added` its ordinal in the table. */
export const withPacksAdded = (
  table: PackTable,
  added: readonly PackRecord[],
): PackTable & { readonly ordinals: Uint32Array } => {
  const packs = [...table.packs]
  const known = new Map(packs.map(({ packId }, ordinal) => [packId, ordinal]))
  const ordinals = Uint32Array.from(added, ({ packId, sizeBytes }) => {
    const ordinal = known.get(packId) ?? packs.length
    known.set(packId, ordinal)
    packs[ordinal] = { packId, sizeBytes }
    return ordinal
  })
  const back = new Set(ordinals)
  return { packs, removedPacks: table.removedPacks.filter((ordinal) => !back.has(ordinal)), ordinals }
}

/** Marks packs as gone; their ordinals stay taken, because entries still carry them. */
export const withPacksGone = (table: PackTable, gone: ReadonlySet<string>): PackTable => {
  const removed = new Set(table.removedPacks)
  table.packs.forEach(({ packId }, ordinal) => {
    if (gone.has(packId)) removed.add(ordinal)
  })
  return { packs: table.packs, removedPacks: [...removed].sort((a, b) => a - b) }
}

/** The table without what is gone, and for each old ordinal the new one or DROPPED. */
export const compactTable = (table: PackTable): PackTable & { readonly ordinals: Uint32Array } => {
  const removed = new Set(table.removedPacks)
  const packs: PackRecord[] = []
  const ordinals = Uint32Array.from(table.packs, (pack, ordinal) =>
    removed.has(ordinal) ? DROPPED : packs.push(pack) - 1,
  )
  return { packs, removedPacks: [], ordinals }
}

/** Each ordinal for itself, and DROPPED for what is gone. */
export const ordinalsWithoutGone = (table: PackTable): Uint32Array => {
  const ordinals = Uint32Array.from(table.packs, (_, ordinal) => ordinal)
  for (const ordinal of table.removedPacks) ordinals[ordinal] = DROPPED
  return ordinals
}

/** Whether so many packs are gone that all runs should be written anew without them. */
export const isCompactionDue = ({ packs, removedPacks }: Manifest): boolean =>
  removedPacks.length > packs.length / 4

/** Whether every ordinal of `earlier` still means the same pack. */
export const extendsTable = (later: readonly PackRecord[], earlier: readonly PackRecord[]): boolean =>
  later.length >= earlier.length && earlier.every(({ packId }, ordinal) => later[ordinal]!.packId === packId)
