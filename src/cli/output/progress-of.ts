import type { Invocation } from '../invocation.js'
import { type ProgressDisplay, progressDisplay, type StatusFields } from './progress-display.js'

/** The progress of a command in the way that fits where it is shown. */
export const progressOf = (invocation: Invocation, fields: StatusFields): ProgressDisplay =>
  progressDisplay(invocation.output, modeOf(invocation), fields, invocation.now)

/** Whether a person watches a line of progress. */
export const isWatched = (invocation: Invocation): boolean => modeOf(invocation) === 'line'

const modeOf = ({ global, output, environment }: Invocation): 'line' | 'json' | 'none' => {
  const canRedraw = output.logIsTerminal && environment.TERM !== 'dumb'
  return global.quiet ? 'none' : global.json ? 'json' : canRedraw ? 'line' : 'none'
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
