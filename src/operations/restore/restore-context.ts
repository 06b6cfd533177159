import type { ByteString } from '../../bytes/byte-string.js'
import type { ChunkReader } from '../../repository/chunk-reader.js'
import type { Store } from '../../repository/store.js'
import type { AttributeMaker } from './attributes-of.js'
import type { ChunkLocator } from './chunk-locator.js'
import type { RestoreEngine } from './restore-engine.js'
import type { RestoreOptions } from './restore-options.js'
import type { Tally } from './tally.js'

/** What all parts of one pass over the tree share. */
export interface RestoreContext {
  readonly store: Store
  readonly reader: ChunkReader
  readonly locator: ChunkLocator
  readonly engine: RestoreEngine
  readonly attributes: AttributeMaker
  readonly options: RestoreOptions
  readonly tally: Tally
  /** The content of what was there was compared in this run already, so size and time tell what is right. */
  readonly isCompared: boolean
  /** Only looks: nothing is written. */
  readonly isDry: boolean
  /** Looks for what is in the way, and for nothing else. */
  readonly isFirstLook: boolean
  /** Owners that cannot be set are no problem: the user has no right to set any. */
  readonly ignoresOwners: boolean
  /** Files that may be open at once while jobs write into them. */
  readonly openFilesMax: number
  /** Directories that may be open at once. */
  readonly openDirectoriesMax: number
  /** A name for a file that is not complete. */
  readonly temporaryName: () => ByteString
  /** Something different is where nothing may be replaced. */
  readonly inTheWay: (path: ByteString) => void
  /** Errors: `interrupted`. */
  readonly checkAborted: () => void
}
