import { exitCodes } from './exit-code.js'

/** Two ways to stop: `signal` ends a call, `stopGently` lets a backup finish its packs and write a pending record. */
export interface Interruption {
  readonly signal: AbortSignal
  readonly stopGently: AbortSignal
  /** From now on the first signal stops gently. */
  beGentle(): void
}

interface SignalSource {
  on(name: NodeJS.Signals, listener: () => void): unknown
}

const signalNames: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** How long a call that was told to stop may take before the process ends without it: nothing hears the call otherwise. */
const graceMs = 3000

/**
 * The first signal stops, the second one leaves at once with 130.
 * @param leave how to leave; does not return in production
 * @param tell shown to the person when a backup is stopping gently
 * @param later runs an action after some milliseconds
 */
export const listenForSignals = (
  source: SignalSource,
  leave: (code: number) => void,
  tell: (text: string) => void,
  later: (action: () => void, delayMs: number) => void,
): Interruption => {
  const hard = new AbortController()
  const gentle = new AbortController()
  let isGentle = false
  let received = 0
  const stop = (): void => {
    hard.abort()
    later(() => leave(exitCodes.interrupted), graceMs)
  }
  const stopGently = (): void => {
    gentle.abort()
    tell('finishing what is under way, so that the next run goes on from here; once more leaves at once')
  }
  const onSignal = (): void => {
    received++
    if (received > 1) leave(exitCodes.interrupted)
    else if (isGentle) stopGently()
    else stop()
  }
  for (const name of signalNames) source.on(name, onSignal)
  return {
    signal: hard.signal,
    stopGently: gentle.signal,
    beGentle: () => {
      isGentle = true
    },
  }
}
