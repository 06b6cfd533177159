import fs from 'node:fs'

/** What POSIX promises is 20, what Linux gives by default is 1024; Node raises its own limit as far as it may. */
const usual = 1024

/** How many descriptors this process may have. */
export const openFilesLimit = (): number => {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'latin1')) ?? []
    return soft === undefined ? usual : Number(soft)
  } catch {
    return usual
  }
}
