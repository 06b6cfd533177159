import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * varve reads a file again that was modified less than two seconds before the last snapshot began, because its
 * timestamps could not tell a further change. Real sources are older than that, so a changed source is left alone first.
 */
export const ageSource = () => sleep(2500)

/**
 * What happens before every measured command: on a disk, what others wrote must not be written during the measurement.
 * @param {'warm' | 'written' | 'cold'} caches `cold` also empties the page cache, which only root may do
 */
export const prepareCaches = (caches) => {
  if (caches === 'warm') return
  execFileSync('sync')
  if (caches === 'cold') writeFileSync('/proc/sys/vm/drop_caches', '3')
}
