import type { ByteString } from '../bytes/byte-string.js'

const prefix = '.varve-restore-'

/** Files that are not complete yet begin so; the rest of the name is random. */
export const isRestoreTemporary = (name: ByteString): boolean => name.startsWith(prefix)

/**
 * A file that is made under its own name has this mode until its content and owner are right (docs/decisions/0010). Whoever
 * finds one that should have another mode knows that a restore was interrupted there.
 */
export const unfinishedMode = 0o200

/** `run` tells this run's temporaries from those of others. */
export const restoreTemporaryPrefix = (run: string): ByteString => `${prefix}${run}-` as ByteString
