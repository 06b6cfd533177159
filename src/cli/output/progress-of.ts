import type { Invocation } from '../invocation.js'
import {
  type ProgressDisplay,
  type ProgressMode,
  progressDisplay,
  type StatusFields,
} from './progress-display.js'

/** The progress of a command in the way that fits where it is shown. */
export const progressOf = (invocation: Invocation, fields: StatusFields): ProgressDisplay =>
  progressDisplay(invocation.output, modeOf(invocation, 'json'), fields, invocation.now)

/** The same for a command that prints what was asked for: nothing else may stand between its lines on stdout. */
export const progressBesideData = (invocation: Invocation): ProgressDisplay =>
  progressDisplay(
    invocation.output,
    modeOf(invocation, 'json-log'),
    statusFields('files_done', 'bytes_done'),
    invocation.now,
  )

/** Whether a person watches a line of progress. */
export const isWatched = (invocation: Invocation): boolean => modeOf(invocation, 'json') === 'line'

const modeOf = ({ global, output, environment }: Invocation, forPrograms: ProgressMode): ProgressMode => {
  const canRedraw = output.logIsTerminal && environment.TERM !== 'dumb'
  return global.quiet ? 'none' : global.json ? forPrograms : canRedraw ? 'line' : 'none'
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
