import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { hostName } from './host.js'
import { errorCodeOf } from './system-error.js'
import { nameBeforeAside } from './tree-removal.js'

const form = /^[a-z]+-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}$/

/**
 * A name in `parent` for a folder that this process needs only while it runs: `check-<host>-<process>-<random>`. It is the
 * process that removes it; what one that was killed left goes with clearScratchFolders.
 */
export const scratchFolder = (
  parent: string,
  purpose: string,
  random: (sizeBytes: number) => Uint8Array,
): string => join(parent, `${purpose}-${hostMark()}-${process.pid}-${Buffer.from(random(8)).toString('hex')}`)

/** Removes the scratch folders of processes of this machine that have ended. What cannot be removed stays. */
export const clearScratchFolders = (parent: string): void => {
  for (const name of namesIn(parent)) {
    const [, host, pid] = form.exec(nameBeforeAside(name) ?? name) ?? []
    // A home, and the cache with it, may be on several machines, and process numbers say nothing of another one's.
    if (host !== hostMark() || isRunning(Number(pid))) continue
    try {
      fs.rmSync(join(parent, name), { recursive: true, force: true })
    } catch {
      // Only space is lost, and the next command tries again.
    }
  }
}

const hostMark = (): string => createHash('sha256').update(hostName()).digest('hex').slice(0, 8)

const namesIn = (folder: string): string[] => {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}

/** A process of somebody else's may not be signalled, and runs. */
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCodeOf(error) !== 'ESRCH'
  }
}
