import type { ByteString } from '../bytes/byte-string.js'
import type { Attributes } from '../filesystem/attributes.js'
import type { Xattr } from '../filesystem/xattrs.js'
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
  /** The blocks as if they alone were one pack, without ids: tags and lengths come from the packs' own directories. */
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

export const PieceSource = { chunk: 0, zeros: 1, copy: 2 } as const
export const pieceColumns = 6

/**
 * Ranges of files to write, six numbers each: source, the chunk's ordinal in its block, first byte in the chunk, length,
 * offset in the file, number of the file in the job. A copy takes the whole chunk from the file that is there.
 */
export type PieceRows = Float64Array

/** How a file comes to its name. */
export const FileWay = {
  /** Made under its name, where nothing is, with the mode `unfinishedMode` until it is complete. */
  direct: 0,
  /** Made under a temporary name and renamed. */
  renamed: 1,
  /** The same, and chunks may be taken from the file that is there. */
  replaces: 2,
  /** Open already, and finished by whoever opened it. */
  open: 3,
} as const
export type FileWay = (typeof FileWay)[keyof typeof FileWay]

export const fileColumns = 8

export interface FileTable {
  /** One after the other. */
  readonly names: Uint8Array
  /** Where each name ends. */
  readonly nameEnds: Uint32Array
  /**
   * For each: descriptor of its directory, or its own where it is open; descriptor of the file to copy from or -1; pieces in
   * this job; size; `FileWay`; mode; uid; gid.
   */
  readonly numbers: Float64Array
  /** Nanoseconds since 1970 of each. */
  readonly mtimes: BigInt64Array
  /** Those that are to be set, of the files that have any. */
  readonly xattrs: ReadonlyMap<number, readonly Xattr[]>
}

/** Writes all pieces of some blocks: files that have no others are made from beginning to end. */
export interface WriteJob {
  readonly kind: 'write'
  readonly blocks: BlockTable
  /** Block by block, and in a block file by file. */
  readonly pieces: PieceRows
  /** How many pieces stand before those of the first block, and where the pieces of each block end. */
  readonly ends: Uint32Array
  /** 32 bytes for each piece, which its chunk must have; all zero for zeros. */
  readonly ids: Uint8Array
  readonly files: FileTable
  /** Zeros within chunks become holes too. */
  readonly sparse: boolean
}

export interface FileFailure {
  /** Its number in the job. */
  readonly file: number
  /** `data`: a chunk could not be had here; `target`: the file system refused; `crowded`: too many files are open. */
  readonly kind: 'data' | 'target' | 'crowded'
  readonly message: string
}

export interface FileAttributeFailure {
  readonly file: number
  readonly attribute: string
  readonly message: string
}

export interface WriteResult {
  readonly failures: readonly FileFailure[]
  readonly attributeFailures: readonly FileAttributeFailure[]
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
