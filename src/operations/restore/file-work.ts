import type { ByteString } from '../../bytes/byte-string.js'
import type { Attributes } from '../../filesystem/attributes.js'
import type { FileContent } from '../../format/entry.js'
import type { ChunkId } from '../../format/ids.js'
import type { TargetDirectory } from './target-directory.js'

/** A regular file that is to be made, or to be compared with what is there. */
export interface FileWork {
  /** In the snapshot. */
  readonly path: ByteString
  readonly name: ByteString
  readonly directory: TargetDirectory
  readonly content: FileContent
  readonly attributes: Attributes
  /** What has the name now and will be replaced: a file, something else, or nothing. */
  readonly replaces: 'file' | 'other' | undefined
  /** The file that is there may be right, or right in part. */
  readonly isCompared: boolean
  /** Hears once whether the file is right under its name. */
  readonly onEnd: ((isRight: boolean) => void) | undefined
}

/** A piece of a file's content. */
export interface ContentPiece {
  readonly offset: number
  readonly length: number
  /** Undefined for an extent of zeros. */
  readonly id: ChunkId | undefined
}
