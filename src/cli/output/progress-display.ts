import type { Progress } from '../../index.js'
import type { Output } from './output.js'
import { fractionDone, type Pace, progressText } from './progress-text.js'

const redrawMs = 100
const statusMs = 1000
const smoothingMs = 5000

export type StatusFields = (progress: Progress) => Record<string, unknown>

export interface ProgressDisplay {
  readonly onProgress?: (progress: Progress) => void
  /** Takes the line away. */
  readonly end: () => void
}

/** `line` redraws one line of a terminal at most 10 times a second; `json` and `json-log` write a status line once a second. */
export type ProgressMode = 'line' | 'json' | 'json-log' | 'none'

export const progressDisplay = (
  output: Output,
  mode: ProgressMode,
  fields: StatusFields,
  now: () => number,
): ProgressDisplay => {
  if (mode === 'none') return { end: () => undefined }
  const rate = new Rate(now())
  const show =
    mode === 'line'
      ? (progress: Progress) =>
          output.showProgress(progressText(progress, rate.pace(progress, now()), output.logColumns))
      : (progress: Progress) => {
          const text = JSON.stringify(statusLine(progress, rate.pace(progress, now()), fields))
          if (mode === 'json-log') output.log(text)
          else output.report(text).catch(() => undefined)
        }
  const everyMs = mode === 'line' ? redrawMs : statusMs
  let shownMs = Number.NEGATIVE_INFINITY
  return {
    onProgress: (progress) => {
      if (now() - shownMs < everyMs) return
      shownMs = now()
      show(progress)
    },
    end: () => output.showProgress(''),
  }
}

const statusLine = (progress: Progress, pace: Pace, fields: StatusFields): Record<string, unknown> => ({
  message_type: 'status',
  phase: progress.phase,
  seconds_elapsed: Math.floor(pace.elapsedMs / 1000),
  ...(pace.remainingMs === undefined ? {} : { seconds_remaining: Math.round(pace.remainingMs / 1000) }),
  percent_done: fractionDone(progress) ?? 0,
  ...fields(progress),
})

/**
 * Bytes a second, newer ones counting more: the weight of what was falls to 1/e in 5 seconds. Before that all counts
 * alike, or a slow start would be told for long.
 */
export class Rate {
  readonly #startMs: number
  #lastMs: number
  #lastBytes = 0
  #bytesPerSecond = 0
  #learnedMs = 0

  constructor(nowMs: number) {
    this.#startMs = nowMs
    this.#lastMs = nowMs
  }

  pace(progress: Progress, nowMs: number): Pace {
    const stepMs = nowMs - this.#lastMs
    // Another phase counts from zero again.
    if (progress.bytesDone < this.#lastBytes) this.#lastBytes = progress.bytesDone
    if (stepMs > 0) this.#learn(((progress.bytesDone - this.#lastBytes) * 1000) / stepMs, stepMs)
    this.#lastMs = nowMs
    this.#lastBytes = progress.bytesDone
    return {
      elapsedMs: nowMs - this.#startMs,
      bytesPerSecond: this.#bytesPerSecond,
      ...this.#remaining(progress),
    }
  }

  #learn(bytesPerSecond: number, stepMs: number): void {
    this.#learnedMs += stepMs
    const keep = this.#bytesPerSecond === 0 ? 0 : Math.exp(-stepMs / Math.min(smoothingMs, this.#learnedMs))
    this.#bytesPerSecond = this.#bytesPerSecond * keep + bytesPerSecond * (1 - keep)
  }

  #remaining({ bytesDone, bytesTotal }: Progress): { remainingMs?: number } {
    if (bytesTotal === undefined || this.#bytesPerSecond <= 0 || bytesDone > bytesTotal) return {}
    return { remainingMs: ((bytesTotal - bytesDone) * 1000) / this.#bytesPerSecond }
  }
}
