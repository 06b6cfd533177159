import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const memoryFolder = '/dev/shm'
const neededBytes = 1e9

/** A new folder, in TMPDIR if that is set, else in memory where there is room: nothing that runs here needs a disk to be true. */
export const newFolder = (label) => mkdtempSync(join(roomy(), `varve-torture-${label}-`))

const roomy = () => {
  if (process.env.TMPDIR !== undefined) return process.env.TMPDIR
  try {
    const { bavail, bsize } = statfsSync(memoryFolder)
    return bavail * bsize > neededBytes ? memoryFolder : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** Again and again: what was killed may need a moment to end. */
export const removeFolder = (path) =>
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
