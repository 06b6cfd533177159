import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

const mark = /-([0-9a-f]{16})-([1-9]\d{0,9})$/

/**
 * Where a process id means this process and no other: this start of this machine, and its space of process ids (containers on
 * one machine have spaces of their own). Undefined where the system does not tell, as outside Linux.
 */
const processSpace = ((): string | undefined => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')
    const space = `${hostname()}\n${boot}\n${readlinkSync('/proc/self/ns/pid')}`
    return createHash('sha256').update(space).digest('hex').slice(0, 16)
  } catch {
    return undefined
  }
})()

/** What a temporary's name ends with, so that others can tell when nobody uses it any more. */
export const ownerMark = processSpace === undefined ? '' : `-${processSpace}-${process.pid}`

/** Whether it is certain that the process that made a temporary is gone. In doubt it is not: then only age tells. */
export const isOwnerGone = (temporary: string): boolean => {
  const [, space, id] = mark.exec(temporary) ?? []
  return space !== undefined && space === processSpace && !isAlive(Number(id))
}

const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
