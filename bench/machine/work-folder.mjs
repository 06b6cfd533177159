import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const memoryFolder = '/dev/shm'

/**
 * A new folder that is removed when the process ends, whatever ends it but SIGKILL.
 * @param {string} parent
 */
export const makeWorkFolder = (parent) => {
  const folder = mkdtempSync(join(parent, 'varve-bench-'))
  // Again and again: a command that was killed may need a moment to end.
  const options = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }
  process.on('exit', () => rmSync(folder, options))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130))
  return folder
}

/**
 * tmpfs where it has room, so that no disk hides differences; else the folder for temporary files.
 * @param {number} neededBytes
 */
export const roomyFolder = (neededBytes) => {
  if (freeBytes(memoryFolder) > neededBytes) return memoryFolder
  process.stderr.write(
    `${memoryFolder} has less than ${(neededBytes / 1e9).toFixed(1)} GB: on ${tmpdir()} instead\n`,
  )
  return tmpdir()
}

/** @param {string} folder */
export const freeBytes = (folder) => {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return 0
  }
}
