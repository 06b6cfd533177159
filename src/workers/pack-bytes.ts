import { closeSync, readSync } from 'node:fs'
import { openObjectFileSync } from '../backend/regular-file.js'
import { CorruptError } from '../errors.js'
import { packMaxBytes } from '../format/limits.js'

/** Where a pack's bytes come from: a file that this thread reads, or memory. */
export interface PackBytes extends Disposable {
  readonly sizeBytes: number
  /** Fills `into` from `offset` on. Errors: `corrupt` where the file ends before. */
  readInto(into: Uint8Array, offset: number): void
}

/** Errors: `corrupt`, and the system's own. */
export const openPackFile = (path: string, name: string): PackBytes => {
  const { fd, sizeBytes } = openObjectFileSync(path, name)
  if (sizeBytes > packMaxBytes) {
    closeSync(fd)
    throw new CorruptError(name, 'is longer than a pack can be')
  }
  return {
    sizeBytes,
    readInto: (into, offset) => readFully(fd, into, offset, name),
    [Symbol.dispose]: () => closeSync(fd),
  }
}

export const packBytesInMemory = (bytes: Uint8Array): PackBytes => ({
  sizeBytes: bytes.length,
  readInto: (into, offset) => into.set(bytes.subarray(offset, offset + into.length)),
  [Symbol.dispose]: () => {},
})

const readFully = (fd: number, into: Uint8Array, offset: number, name: string): void => {
  for (let done = 0; done < into.length; ) {
    const got = readSync(fd, into, done, into.length - done, offset + done)
    if (got === 0) throw new CorruptError(name, `ends at byte ${offset + done}, it was longer when opened`)
    done += got
  }
}
