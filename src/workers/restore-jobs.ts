import type { ByteString } from '../bytes/byte-string.js'
import type { Attributes } from '../filesystem/attributes.js'
import type { DirectoryParts } from '../format/pack-directory.js'
import type { SealMaterial } from '../format/seal.js'

/** What a thread needs once to restore. Holds secrets; it never leaves the process. */
export interface RestoreSetup {
  readonly seals: SealMaterial
  readonly idKey: Uint8Array
  /** What the names of this run's temporary files begin with. */
  readonly temporaryPrefix: ByteString
}

/** The blocks that a job needs, of one or several packs. */
export interface BlockTable {
  /** The blocks as if they alone were one pack: tags, lengths and ids come from the packs' own directories. */
  readonly directory: DirectoryParts
  /** Where each block's pack lies and where in it the block begins; the path is undefined where `bytes` has the block. */
  readonly places: readonly {
    readonly name: string
    readonly path: string | undefined
    readonly offset: number
  }[]
  /** Blocks that were read already. Where `isOpened`, they are plaintext. */
  readonly bytes: readonly (Uint8Array | undefined)[]
  readonly isOpened: boolean
}

export const SegmentSource = { chunk: 0, zeros: 1, copy: 2 } as const
export const segmentColumns = 5

/**
 * Ranges of files to write, five numbers each: source, chunk, first byte in the chunk, length, offset in the file. The
 * chunk is one of the job's directory, or for a copy one of `copyIds`; zeros have none. A copy takes the whole chunk
 * from the file that is there.
 */
export type SegmentRows = Float64Array

export const fileColumns = 8

/** How a file comes to its name. */
export const FileWay = {
  /** Made under its name, where nothing is, with the mode `unfinishedMode` until it is complete. */
  direct: 0,
  /** Made under a temporary name and renamed. */
  renamed: 1,
  /** The same, and chunks may be taken from the file that is there. */
  replaces: 2,
} as const

/** Files that a job makes from beginning to end. */
export interface FileTable {
  readonly names: readonly ByteString[]
  /** For each: descriptor of its directory, first and end of its segments, size, `FileWay`, mode, uid and gid. */
  readonly numbers: Float64Array
  /** Nanoseconds since 1970 of each. */
  readonly mtimes: BigInt64Array
  readonly xattrs: readonly Attributes['xattrs'][]
}

/** Parts of files that are open already: descriptor, that of the file to copy from or -1, first and end of the segments. */
export type StripRows = Float64Array
export const stripColumns = 4

/** Units are the files and then the strips, numbered through. */
export interface WriteJob {
  readonly kind: 'write'
  readonly blocks: BlockTable
  readonly segments: SegmentRows
  readonly copyIds: Uint8Array
  readonly files: FileTable
  readonly strips: StripRows
  /** Zeros within chunks become holes too. */
  readonly sparse: boolean
}

export interface UnitFailure {
  readonly unit: number
  /** `data`: a chunk could not be had here; `target`: the file system refused. */
  readonly kind: 'data' | 'target'
  readonly message: string
}

export interface UnitAttributeFailure {
  readonly unit: number
  readonly attribute: string
  readonly message: string
}

export interface WriteResult {
  readonly failures: readonly UnitFailure[]
  readonly attributeFailures: readonly UnitAttributeFailure[]
  readonly bytesWritten: number
  readonly bytesCopied: number
}

/** Gives an open file its length and attributes. */
export interface FinishFileJob {
  readonly kind: 'finish-file'
  readonly fd: number
  readonly sizeBytes: number
  readonly attributes: Attributes
}

export const comparedColumns = 3

/** Which pieces of files on the disk are those of the snapshot. */
export interface CompareJob {
  readonly kind: 'compare'
  readonly names: readonly ByteString[]
  /** For each file: descriptor of its directory, first and end of its pieces. */
  readonly files: Float64Array
  /** Offset in the file and length of each piece. */
  readonly pieces: Float64Array
  /** 32 bytes for each piece; all zero for an extent of zeros. */
  readonly ids: Uint8Array
}

export interface CompareResult {
  /** 1 for each piece that is right. */
  readonly matches: Uint8Array
  /** Size of each file, -1 where it cannot be read. */
  readonly sizes: Float64Array
}

export type RestoreJob = WriteJob | FinishFileJob | CompareJob
export type RestoreResult = WriteResult | CompareResult
