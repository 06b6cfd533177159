export type { ErrorCode } from './errors.js'
export { BackendError, CorruptError, VarveError } from './errors.js'
export { exitNow } from './filesystem/exit-now.js'
export type { InitOptions, OpenOptions } from './library/open-options.js'
export { pathOfText } from './library/path-of-text.js'
export { Repository } from './library/repository.js'
export type { NewKeyOptions, NewSecret, Secret } from './library/secret.js'
export { textOfPath } from './library/text-of-path.js'
export type { ArchiveOptions } from './operations/archive/archive.js'
export type {
  BackedUpEntry,
  BackupOptions,
  BackupReport,
  ExcludeOptions,
  SourceProblem,
  ThreadTimes,
} from './operations/backup/backup-options.js'
export type { CacheEntry, CacheSummary } from './operations/cache/cache.js'
export type { CheckOptions, CheckReport, Damage, DataSubset } from './operations/check/check-options.js'
export type { DiffOptions } from './operations/diff/diff.js'
export type { Difference } from './operations/diff/difference.js'
export type { EntriesOptions } from './operations/entries/entries.js'
export type { FindOptions, FoundEntry } from './operations/find/find.js'
export type { KeySummary } from './operations/keys/key-summary.js'
export type { ListKeysOptions } from './operations/keys/list-keys.js'
export type { ReadFileOptions } from './operations/read/read-file.js'
export type {
  DamagedEntry,
  DamagedObject,
  LostEntries,
  RepairedPack,
  RepairedSnapshot,
  RepairIndexReport,
  RepairOptions,
  RepairPacksOptions,
  RepairPacksReport,
  RepairSnapshotsOptions,
  RepairSnapshotsReport,
} from './operations/repair/repair-options.js'
export type {
  Overwrite,
  RestoredEntry,
  RestoreOptions,
  RestoreProblem,
  RestoreReport,
} from './operations/restore/restore-options.js'
export type { SnapshotsOptions } from './operations/snapshots/snapshots.js'
export type { StatsOptions, StatsReport } from './operations/stats/stats.js'
export type { CallOptions, Progress } from './progress.js'
export type { Reference } from './repository/resolve-reference.js'
export type { ListedEntry } from './snapshot/listed-entry.js'
export type { SnapshotSummary } from './snapshot/snapshot-summary.js'
export { version } from './version.js'
