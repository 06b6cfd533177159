import { closeSync, constants, openSync, readSync } from 'node:fs'
import { writeFailure } from './file-system-error.js'

const pieceBytes = 1024 * 1024

/** The bytes of a staging file whose writer is closed, piece by piece; each piece is valid until the next. */
export function* readStagedFile(path: string): Generator<Uint8Array, void, undefined> {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const piece = Buffer.allocUnsafe(pieceBytes)
      for (;;) {
        const got = readSync(fd, piece)
        if (got === 0) return
        yield piece.subarray(0, got)
      }
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    throw writeFailure(error, 'a staged pack', path)
  }
}
