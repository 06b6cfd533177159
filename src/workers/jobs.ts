import type { ByteString } from '../bytes/byte-string.js'
import type { LookupConfig } from '../chunk-index/chunk-lookup.js'
import type { ChunkingParameters } from '../chunking/parameters.js'
import type { Xattr } from '../filesystem/xattrs.js'
import type { ChunkKind } from '../format/ids.js'
import type { SealMaterial } from '../format/seal.js'
import type { FinishedPack, PartialPack } from '../pack/pack-builder.js'

/** What a worker needs once, before its first job. Holds secrets; it never leaves the process. */
export interface EngineSetup {
  readonly seals: SealMaterial
  readonly idKey: Uint8Array
  readonly chunkerKey: Uint8Array
  readonly chunking: ChunkingParameters
  /** 16 bytes, into every pack directory (docs/FORMAT.md §5.2). */
  readonly writerSlot: Uint8Array
  /** zstd level, 0 for stored. */
  readonly compressionLevel: number
  readonly packTargetBytes: number
  /** Blocks are sealed and counted, and then let go: no packs, and no staging files for them. */
  readonly dryRun: boolean
}

/** Reads, cuts, hashes, looks up, compresses, seals and packs whole files, each small enough for the arena. */
export interface StoreFilesJob {
  readonly kind: 'store-files'
  readonly paths: readonly ByteString[]
  /** Whom each file belongs to, as the walk saw it. */
  readonly owners: Uint32Array
  readonly readXattrs: boolean
  /** How many of the files are open at once: the next ones are fetched from the disk while one is stored. */
  readonly filesOpen: number
}

/** The same for one span of a large file or of a stream. The file is open in the main thread; descriptors are the process's. */
export interface StoreSpanJob {
  readonly kind: 'store-span'
  readonly source: SpanSource
  readonly owner: number
  readonly offset: number
  readonly inZeroRun: boolean
}

export type SpanSource =
  | { readonly fd: number; readonly sizeBytes: number; readonly allocatedBytes: number }
  | { readonly bytes: Uint8Array; readonly final: boolean }

/** Where the next span begins. Sent ahead of the result, so that another worker can go on while this one works. */
export interface SpanToken {
  readonly nextOffset: number
  readonly inZeroRun: boolean
  readonly ended: boolean
  /** The file turned out shorter than it was said to be. */
  readonly cutShort: boolean
}

/** Seals chunks that were hashed and claimed already: tree and list nodes, and whatever is copied. */
export interface StoreChunksJob {
  readonly kind: 'store-chunks'
  readonly chunkKind: ChunkKind
  readonly owner: number
  readonly bytes: Uint8Array
  readonly lengths: Uint32Array
  readonly ids: Uint8Array
}

/** Gives up the unfilled packs, to be joined with those of the other workers. */
export interface SurrenderJob {
  readonly kind: 'surrender'
}

/** Joins other workers' unfilled packs with its own and finishes them: one pack of each kind. */
export interface FinishJob {
  readonly kind: 'finish'
  readonly partials: readonly PartialPack[]
}

/** Takes over a new state of the index. */
export interface LookupJob {
  readonly kind: 'lookup'
  readonly config: LookupConfig
}

/** Brings files that packs may be written to: opening one takes the main thread's backend. */
export interface StagingJob {
  readonly kind: 'staging'
  readonly paths: readonly string[]
}

/** Every job by its kind. */
export type Job = StoreJob | LookupJob | StagingJob
export type JobKind = Job['kind']

export type StoreJob = StoreFilesJob | StoreSpanJob | StoreChunksJob | SurrenderJob | FinishJob

/** `grown`: too large by now to be read whole; nothing of it was stored. */
export type FileStatus = 'stored' | 'changed' | 'vanished' | 'unreadable' | 'grown'

/** What became of a file that did not go smoothly, or whose attributes are not those that the walk saw. */
export interface FileNote {
  readonly index: number
  readonly status: FileStatus
  readonly message: string
}

export interface FoundXattrs {
  readonly index: number
  readonly xattrs: readonly Xattr[]
}

/** Numbers of each file as it was when it was read; columns, since a batch has hundreds of files. */
export interface StoredFiles {
  /** Packed pieces of all files, one after the other (docs/FORMAT.md §7). */
  readonly pieces: Uint8Array
  /** Where each file's pieces end in `pieces`. */
  readonly pieceEnds: Uint32Array
  readonly sizes: Float64Array
  /** mtime and ctime in nanoseconds, two a file. */
  readonly times: BigInt64Array
  readonly inodes: BigUint64Array
  /** mode, uid, gid, links: four a file. */
  readonly attributes: Uint32Array
  readonly notes: readonly FileNote[]
  readonly xattrs: readonly FoundXattrs[]
  /** Flat [start, length, …] of each file that has holes. */
  readonly holes: readonly { readonly index: number; readonly ranges: readonly number[] }[]
}

export interface StoredSpan {
  readonly pieces: Uint8Array
  /** Flat [start, length, …] of the holes between this span's offset and the next one's. */
  readonly holes: readonly number[]
}

/** What every storing job gives back besides its own result. */
export interface StoreOutcome {
  readonly packs: readonly FinishedPack[]
  readonly partials: readonly PartialPack[]
  /** The thread that did it, and how many staging files it has used up. */
  readonly thread: number
  readonly stagingUsed: number
  readonly chunksAdded: number
  readonly bytesAdded: number
  readonly packedBytes: number
  readonly bytesRead: number
  /** A page of the local index was not as it was written: what it held counts as unknown. */
  readonly indexDamaged: boolean
  /** Milliseconds since the last job's outcome, by number of the stage (src/workers/stage-clock.ts). */
  readonly stageMs: Float64Array
}

export interface ResultOf {
  'store-files': { readonly files: StoredFiles; readonly outcome: StoreOutcome }
  'store-span': { readonly span: StoredSpan; readonly outcome: StoreOutcome }
  'store-chunks': { readonly outcome: StoreOutcome }
  surrender: { readonly outcome: StoreOutcome }
  finish: { readonly outcome: StoreOutcome }
  lookup: undefined
  staging: undefined
}
