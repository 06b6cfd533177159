import fs from 'node:fs'
import { type ByteString, textOf } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import { withReachablePath } from './reachable-path.js'
import { fstatOf, type Stat } from './stat.js'

/** O_NONBLOCK: a file that became a fifo since it was listed must not hold the backup up. */
const readFlags = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK

export interface OpenedFile {
  readonly fd: number
  readonly stat: Stat
}

/**
 * Opens a regular file for reading, never through a symbolic link in its place. The caller closes `fd`.
 * @throws NodeJS.ErrnoException when it cannot be opened (ELOOP: it is a symbolic link now)
 * @throws VarveError 'source' when it is no regular file any more
 */
export const openRegularFile = (path: ByteString): OpenedFile => {
  const fd = withReachablePath(path, (_, fsPath) => fs.openSync(fsPath, readFlags))
  try {
    const stat = fstatOf(fd)
    if (stat.type === 'file') return { fd, stat }
    throw new VarveError('source', `${textOf(path)}: was a file and is a ${stat.type} now`)
  } catch (error) {
    fs.closeSync(fd)
    throw error
  }
}

/** Fills `into` from the file at `position`; returns less than its length only at the end of the file. */
export const readInto = (fd: number, into: Uint8Array, position: number): number => {
  let filledBytes = 0
  while (filledBytes < into.length) {
    const got = fs.readSync(fd, into, filledBytes, into.length - filledBytes, position + filledBytes)
    if (got === 0) break
    filledBytes += got
  }
  return filledBytes
}

export const closeFile = (fd: number): void => fs.closeSync(fd)

/** The target of a symbolic link, byte for byte. */
export const readLinkTarget = (path: ByteString): ByteString =>
  withReachablePath(path, (_, fsPath) => fs.readlinkSync(fsPath, 'latin1')) as ByteString
