export type { ErrorCode } from './errors.js'
export { BackendError, CorruptError, VarveError } from './errors.js'
export type { InitOptions, OpenOptions } from './library/open-options.js'
export { Repository } from './library/repository.js'
export type { Secret } from './library/secret.js'
export type {
  BackedUpEntry,
  BackupOptions,
  BackupReport,
  ExcludeOptions,
  SourceProblem,
} from './operations/backup/backup-options.js'
export type { CheckOptions, CheckReport, Damage, DataSubset } from './operations/check/check-options.js'
export type {
  Overwrite,
  RestoredEntry,
  RestoreOptions,
  RestoreProblem,
  RestoreReport,
} from './operations/restore/restore-options.js'
export type { CallOptions, Progress } from './progress.js'
export { version } from './version.js'
