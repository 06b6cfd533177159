import type { CallOptions } from '../../progress.js'

export interface RepairOptions extends CallOptions {
  /** Say what would be done, and write nothing. */
  readonly dryRun?: boolean
}

export interface RepairPacksOptions extends RepairOptions {
  /** Ids of packs, or their unique beginnings. Without any: those that are recorded as suspect or cannot be opened. */
  readonly packs?: readonly string[]
  /** Read every pack in full to find those that are damaged. */
  readonly readData?: boolean
}

export interface RepairSnapshotsOptions extends RepairOptions {
  /** Ids of snapshots, or their unique beginnings, or `latest`. Without any: all. */
  readonly snapshots?: readonly string[]
  /** Read every chunk, instead of believing the packs' directories and what is recorded as suspect. */
  readonly readData?: boolean
}

/** A damaged object, and what is wrong with it. */
export interface DamagedObject {
  readonly object: string
  readonly message: string
}

/** A damaged pack: what of it is whole, and what is nowhere else. */
export interface RepairedPack extends DamagedObject {
  /** Blocks that open, and whose chunks have the ids that were recomputed from them. */
  readonly blocksWhole: number
  /** Blocks that are damaged; undefined where nobody can tell how many there were. */
  readonly blocksBroken: number | undefined
  /** Blocks that were copied into new packs: they have chunks that no other pack has. */
  readonly blocksSaved: number
  /** Chunks that were in the pack, and of which no whole copy is left; undefined where nobody can tell. */
  readonly chunksLost: number | undefined
}

export interface RepairIndexReport {
  readonly dryRun: boolean
  readonly indexFiles: number
  readonly packs: number
  /** Index files that were set aside, after what they said was written anew. */
  readonly setAside: readonly DamagedObject[]
  /** Packs whose chunks index files did not name, or not all, and do now. */
  readonly packsNamed: readonly string[]
  /** Packs whose own directory cannot be read. Their whole blocks are in other packs now; they themselves stay. */
  readonly tornPacks: readonly RepairedPack[]
  readonly remarks: readonly string[]
}

export interface RepairPacksReport {
  readonly dryRun: boolean
  /** Packs that were looked at in full. */
  readonly packsExamined: number
  /** Damaged packs; they are in the quarantine now. */
  readonly packs: readonly RepairedPack[]
  /** Ids of the packs that the whole blocks were copied into. */
  readonly newPacks: readonly string[]
  /** Records of suspects that ended because their packs are gone. */
  readonly suspectsEnded: number
  readonly remarks: readonly string[]
}

/** A file or other entry of which something is lost. */
export interface DamagedEntry {
  /** In the snapshot, as `a/b`: bytes, one latin1 unit each. */
  readonly path: string
  /** Of its content; they are zeros now. */
  readonly bytesLost: number
  /** Extended attributes that are left out. */
  readonly attributesLost: number
}

/** Entries that stood next to each other and are gone. */
export interface LostEntries {
  /** The first of them: bytes, one latin1 unit each; empty where it is the whole tree. */
  readonly firstPath: string
  readonly entries: number
  /** Of their files. */
  readonly bytes: number
}

/** A snapshot that is not wholly there, and what the repaired one lacks. */
export interface RepairedSnapshot {
  readonly snapshot: string
  /** The repaired one's id; absent in a dry run, and where nothing is left. */
  readonly repairedAs?: string
  /** False where an earlier repair has made it. */
  readonly isNew: boolean
  readonly isNothingLeft: boolean
  /** Entries of which something is lost. */
  readonly entriesDamaged: number
  /** At most 1,000 of these. */
  readonly damaged: readonly DamagedEntry[]
  /** Bytes of files, those of lost entries included. */
  readonly bytesLost: number
  readonly entriesLost: number
  readonly lostSubtrees: readonly LostEntries[]
  /** Directories whose own entries were lost, and something below them was not. */
  readonly directoriesMadeUp: readonly string[]
}

export interface RepairSnapshotsReport {
  readonly dryRun: boolean
  /** Looked at. */
  readonly snapshots: number
  readonly repaired: readonly RepairedSnapshot[]
  /** Records that cannot be opened: nothing can be made of them. */
  readonly unreadable: readonly DamagedObject[]
}
