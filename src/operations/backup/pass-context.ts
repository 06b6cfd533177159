import type { ChunkReader } from '../../repository/chunk-reader.js'
import type { StoreWriter } from '../../repository/store-writer.js'
import type { Checkpoints } from './checkpoints.js'
import type { EarlierCursor } from './earlier-cursor.js'
import type { EntryMaker } from './entry-of-stat.js'
import type { BackupReportBuilder } from './report-builder.js'

/** What one pass over a source works with. */
export interface PassContext {
  readonly earlier: readonly EarlierCursor[]
  readonly writer: StoreWriter
  /** Reads what the run itself has stored. */
  readonly reader: ChunkReader
  readonly maker: EntryMaker
  readonly treeKey: Uint8Array
  readonly report: BackupReportBuilder
  readonly checkpoints: Checkpoints
  readonly captureXattrs: boolean
  /** How many files a thread may have open at once. */
  readonly filesOpen: number
  /** When the run began. */
  readonly nowNs: bigint
  /** Aborting it finishes what is under way and ends the pass. */
  readonly stop: AbortSignal
}
