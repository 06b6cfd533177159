import type { Invocation } from '../invocation.js'
import { type ProgressDisplay, progressDisplay, type StatusFields } from './progress-display.js'

/** The progress of a command in the way that fits where it is shown. */
export const progressOf = (
  { global, output, environment, now }: Invocation,
  fields: StatusFields,
): ProgressDisplay => {
  const canRedraw = output.logIsTerminal && environment.TERM !== 'dumb'
  const mode = global.quiet ? 'none' : global.json ? 'json' : canRedraw ? 'line' : 'none'
  return progressDisplay(output, mode, fields, now)
}

/** The counts of a status line under restic's names. */
export const statusFields =
  (filesDone: string, bytesDone: string): StatusFields =>
  (progress) => ({
    ...(progress.filesTotal === undefined ? {} : { total_files: progress.filesTotal }),
    [filesDone]: progress.filesDone,
    ...(progress.bytesTotal === undefined ? {} : { total_bytes: progress.bytesTotal }),
    [bytesDone]: progress.bytesDone,
    ...(progress.current === undefined ? {} : { current_files: [progress.current] }),
  })
