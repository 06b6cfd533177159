/** The flags of `backup` as the tree of commands defines them; `paths` comes from the config file alone. */
export interface BackupFlags {
  readonly paths?: readonly string[]
  readonly filesFrom?: readonly string[]
  readonly filesFromVerbatim?: readonly string[]
  readonly filesFromRaw?: readonly string[]
  readonly stdin?: boolean
  readonly stdinFilename?: string
  readonly stdinFromCommand?: boolean
  readonly exclude?: readonly string[]
  readonly iexclude?: readonly string[]
  readonly excludeFile?: readonly string[]
  readonly excludeCaches?: boolean
  readonly excludeIfPresent?: readonly string[]
  readonly excludeLargerThan?: number
  readonly oneFileSystem?: boolean
  readonly tag?: readonly string[]
  readonly host?: string
  readonly time?: Date
  readonly parent?: string
  readonly force?: boolean
  readonly ignoreCtime?: boolean
  readonly ignoreInode?: boolean
  readonly readConcurrency?: number
  readonly dryRun?: boolean
  readonly noScan?: boolean
  readonly stats?: boolean
}
