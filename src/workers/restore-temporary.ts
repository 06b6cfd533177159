import type { ByteString } from '../bytes/byte-string.js'

const prefix = '.varve-restore-'

/** Files that are not complete yet begin so; the rest of the name is random. */
export const isRestoreTemporary = (name: ByteString): boolean => name.startsWith(prefix)

/** `run` tells this run's temporaries from those of others. */
export const restoreTemporaryPrefix = (run: string): ByteString => `${prefix}${run}-` as ByteString
