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

/** Room that the current name should have before numbers are told in full. */
const nameColumns = 20

/**
 * One line for a terminal: phase, share, bytes, files, rate, time left, and as much of the current name as fits. On a
 * narrow one the phase, the total of files and the share give way to the name, in this order.
 */
export const progressText = (progress: Progress, pace: Pace, columns: number): string => {
  // The last column stays free: some terminals wrap as soon as it is written.
  const width = columns - 1
  const current = progress.current === undefined ? '' : printable(progress.current)
  const wanted = current === '' ? 0 : Math.min(textWidth(current), nameColumns) + 2
  const forms = [0, 1, 2, 3].map((left) => numbersText(progress, pace, left))
  const numbers = forms.find((text) => textWidth(text) + wanted <= width) ?? forms.at(-1)!
  const name = shortenMiddle(current, width - textWidth(numbers) - 2)
  return shortenMiddle(name === '' ? numbers : `${numbers}  ${name}`, width)
}

const numbersText = (progress: Progress, pace: Pace, leftOut: number): string =>
  [
    leftOut < 1 ? printable(progress.phase) : '',
    leftOut < 3 ? share(progress) : '',
    amount(progress),
    files(progress, leftOut < 2),
    pace.bytesPerSecond > 0 ? `${byteSizeText(Math.round(pace.bytesPerSecond))}/s` : '',
    pace.remainingMs === undefined ? '' : `${remainingText(pace.remainingMs)} left`,
  ]
    .filter((part) => part !== '')
    .join('  ')

/** A guess, of which tenths would only flicker. */
const remainingText = (milliseconds: number): string =>
  milliseconds < 59_000 ? `${Math.ceil(milliseconds / 1000)} s` : durationText(milliseconds)

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

/** `1.20 / 4.00 GiB`, or `980 MiB / 4.00 GiB` where the units differ. */
const amount = ({ bytesDone, bytesTotal }: Progress): string => {
  const done = byteSizeText(bytesDone)
  if (bytesTotal === undefined) return done
  const total = byteSizeText(bytesTotal)
  const [number, unit] = done.split(' ')
  return total.endsWith(` ${unit}`) ? `${number} / ${total}` : `${done} / ${total}`
}

const files = ({ filesDone, filesTotal }: Progress, withTotal: boolean): string =>
  filesTotal === undefined || !withTotal
    ? `${countText(filesDone)} files`
    : `${countText(filesDone)} / ${countText(filesTotal)} files`
