import type { ErrorCode } from '../index.js'

/** What scripts branch on; the numbers are restic's. 11 (locked) is reserved: there are no locks here. */
export const exitCodes = {
  ok: 0,
  /** Fatal, a mistake in the arguments, or damage that `check` found. */
  failed: 1,
  /** The snapshot is made, but some source data could not be read. */
  sourceIncomplete: 3,
  /** `repair` did all that it could, or a repaired snapshot was restored, and something stays lost. */
  lossRemains: 3,
  noRepository: 10,
  wrongPassword: 12,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The exit code for an error's code; `internal` and `usage` are the command line's own. */
export const exitCodeOf = (code: ErrorCode | 'internal' | 'usage'): ExitCode => {
  if (code === 'no-repository') return exitCodes.noRepository
  if (code === 'wrong-password') return exitCodes.wrongPassword
  if (code === 'interrupted') return exitCodes.interrupted
  return exitCodes.failed
}
