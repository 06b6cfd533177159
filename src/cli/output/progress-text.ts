import type { Progress } from '../../index.js'
import { byteSizeText } from '../values/byte-size.js'
import { durationText } from '../values/time.js'
import { countText } from './count-text.js'
import { printable } from './quote.js'
import { shortenMiddle, textWidth } from './table.js'

export interface Pace {
  readonly elapsedMs: number
  readonly bytesPerSecond: number
  readonly remainingMs?: number
}

/** One line for a terminal: phase, share, bytes, files, rate, time left, and as much of the current name as fits. */
export const progressText = (progress: Progress, pace: Pace, columns: number): string => {
  const parts = [
    printable(progress.phase),
    share(progress),
    amount(progress),
    files(progress),
    pace.bytesPerSecond > 0 ? `${byteSizeText(Math.round(pace.bytesPerSecond))}/s` : '',
    pace.remainingMs === undefined ? '' : `${durationText(pace.remainingMs)} left`,
  ].filter((part) => part !== '')
  const numbers = parts.join('  ')
  // The last column stays free: some terminals wrap as soon as it is written.
  const room = columns - 1 - textWidth(numbers) - 2
  const name = progress.current === undefined ? '' : shortenMiddle(printable(progress.current), room)
  return shortenMiddle(name === '' ? numbers : `${numbers}  ${name}`, columns - 1)
}

/** 0 to 1 by bytes, or by files where there are no bytes; undefined while the total is not known. */
export const fractionDone = ({
  bytesDone,
  bytesTotal,
  filesDone,
  filesTotal,
}: Progress): number | undefined => {
  if (bytesTotal !== undefined && bytesTotal > 0) return Math.min(1, bytesDone / bytesTotal)
  if (filesTotal !== undefined && filesTotal > 0) return Math.min(1, filesDone / filesTotal)
  return undefined
}

const share = (progress: Progress): string => {
  const fraction = fractionDone(progress)
  return fraction === undefined ? '' : `${(fraction * 100).toFixed(1)} %`
}

const amount = ({ bytesDone, bytesTotal }: Progress): string =>
  bytesTotal === undefined
    ? byteSizeText(bytesDone)
    : `${byteSizeText(bytesDone)} / ${byteSizeText(bytesTotal)}`

const files = ({ filesDone, filesTotal }: Progress): string =>
  filesTotal === undefined
    ? `${countText(filesDone)} files`
    : `${countText(filesDone)} / ${countText(filesTotal)} files`
