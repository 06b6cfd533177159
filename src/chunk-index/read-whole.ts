import { readSync } from 'node:fs'

/** Fills `target` from `position`; false when the file ends before. */
export const readWhole = (fd: number, target: Uint8Array, position: number): boolean => {
  for (let done = 0; done < target.length; ) {
    const read = readSync(fd, target, done, target.length - done, position + done)
    if (read === 0) return false
    done += read
  }
  return true
}
