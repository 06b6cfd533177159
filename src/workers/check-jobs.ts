import type { SealMaterial } from '../format/seal.js'

/** What a thread of a check needs once. Holds secrets; it never leaves the process. */
export interface CheckSetup {
  readonly seals: SealMaterial
  readonly idKey: Uint8Array
}

/** Reads one pack in full and proves every byte of it. */
export interface CheckPackJob {
  /** 64 hex digits: the SHA-256 that the file must have. */
  readonly packId: string
  /** A file that the thread reads for itself, or the bytes where the storage has no files. */
  readonly source: { readonly path: string } | { readonly bytes: Uint8Array }
}

export interface BrokenBlock {
  readonly block: number
  readonly message: string
}

export interface CheckedPack {
  readonly bytesRead: number
  readonly chunks: number
  /** What is wrong with the pack as a whole: no readable directory, other bytes than its name says. */
  readonly packMessage: string | undefined
  /** Whether the directory was read, so that `broken` tells of every block. */
  readonly blocksKnown: boolean
  readonly broken: readonly BrokenBlock[]
  /** The file is gone. */
  readonly missing: boolean
  /** It was not read, and what kept it from being read says nothing of its bytes. */
  readonly mayBeWhole: boolean
}
