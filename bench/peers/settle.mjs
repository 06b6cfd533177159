import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * varve reads a file again that was modified less than two seconds before the last snapshot began, because its
 * timestamps could not tell a further change. Real sources are older than that, so a changed source is left alone first.
 */
export const ageSource = () => sleep(2500)

/**
 * What happens before every measured command: on a disk, what others wrote must not be written during the measurement.
 * @param {'warm' | 'written' | 'cold'} caches `cold` also empties the page cache, which only root may do
 * @param {string} work where the command writes
 * @param {number} sizeBytes how much it may write
 */
export const prepareCaches = (caches, work, sizeBytes) => {
  if (caches === 'warm') return touchMemory(work, sizeBytes)
  execFileSync('sync')
  if (caches === 'cold') writeFileSync('/proc/sys/vm/drop_caches', '3')
}

const tmpfs = 0x01021994
const pieceBytes = 8 * 1024 * 1024

/**
 * A virtual machine gets a page of memory from its host when it first writes there, which takes longer than all that a restore
 * does with the page; whoever came first would pay for those behind. So as much is written and given back beforehand.
 * @param {string} work
 * @param {number} sizeBytes
 */
const touchMemory = (work, sizeBytes) => {
  const { type, bavail, bsize } = statfsSync(work)
  if (type !== tmpfs) return
  const path = join(work, 'touched')
  const zeros = new Uint8Array(pieceBytes)
  const fd = openSync(path, 'w')
  for (let left = Math.min(sizeBytes, (bavail * bsize) / 2); left > 0; left -= pieceBytes)
    writeSync(fd, zeros)
  closeSync(fd)
  rmSync(path)
}
