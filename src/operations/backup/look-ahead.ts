import { giveLargeBuffersBack } from '../../filesystem/large-buffers.js'
import type { BackupOptions } from './backup-options.js'
import { capturable } from './captured.js'
import { type OpenSource, openSource } from './open-source.js'

/** A source that is being looked through before the repository is open. */
export interface LookAhead extends AsyncDisposable {
  readonly source: OpenSource
  /** The directories that it leaves out by themselves. */
  readonly own: readonly string[]
  /** When it began: what changed later may have been seen before the change. */
  readonly startNs: bigint
}

/** Begins with the source, while a key is derived from a password. Errors: `invalid-argument`, `source`. */
export const lookAhead = (options: BackupOptions, own: readonly string[], now: () => bigint): LookAhead => {
  const startNs = now()
  // It says what is captured, and loads the native calls that the walk is faster with.
  capturable()
  giveLargeBuffersBack()
  const source = openSource(options, own)
  source.begin()
  return { source, own, startNs, [Symbol.asyncDispose]: async () => source[Symbol.asyncDispose]() }
}
