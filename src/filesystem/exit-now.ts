import { loadedNativeCalls } from './native.js'

/**
 * Ends the process as process.exit does, listeners included, but without what native code does after them: koffi syncs stdout
 * and stderr there, and where that fails for stderr (a log on a full or broken disk) it waits for itself for ever.
 */
export const exitNow = (exitCode: number): never => {
  const native = loadedNativeCalls()
  if (native !== undefined) process.once('exit', () => native.exit(exitCode))
  process.exit(exitCode)
}
