import { setFlagsFromString } from 'node:v8'

const intervalMs = 100
/** Of V8, in Node 24: the last one in which the flag was seen to be known. Where it is not, V8 writes an error to the terminal. */
const lastMajorSeen = 13

let isBounded = false

/**
 * From here on the young generation of this thread stays as small as it is. The thread hands out work and keeps little; left
 * alone, V8 lets its young generation grow to 32 MiB, and a backup of 113,000 files peaks 25 MB higher for nothing.
 *
 * An option on Node's own command line would do it from the start, but with any such option Node cannot use the compiled code of its
 * own modules that is built into it, and every command starts 15 to 30 ms later, and every thread (docs/PERFORMANCE.md, Start).
 */
export const boundYoungGeneration = (): void => {
  if (isBounded || Number.parseInt(process.versions.v8, 10) > lastMajorSeen) return
  isBounded = true
  stopGrowth()
  // Again and again: V8 sets the factor back to 2 with every thread that starts.
  setInterval(stopGrowth, intervalMs).unref()
}

const stopGrowth = (): void => setFlagsFromString('--semi-space-growth-factor=1')
