import { close, closeSync, constants, fstat, fstatSync, open, openSync, read, type Stats } from 'node:fs'
import { promisify } from 'node:util'
import { CorruptError } from '../errors.js'
import { packFolder } from './object-name.js'

export interface OpenObjectFile {
  readonly fd: number
  readonly sizeBytes: number
}

/** A fifo must not block the opening, and a symbolic link in an object's place is not followed. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW

/**
 * Opens an object's file for positioned reads from any thread; the caller closes `fd`. `name` goes into messages.
 * Errors: `corrupt` if a thing other than a regular file is there; otherwise the raw system error.
 */
export const openObjectFileSync = (path: string, name: string): OpenObjectFile => {
  const fd = openSync(path, flags)
  try {
    return { fd, sizeBytes: sizeOfRegular(fstatSync(fd), name) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

const openAsync = promisify(open)
const fstatAsync = promisify<number, Stats>(fstat)
const readAsync = promisify(read)

export const closeFile = promisify(close)

/** As openObjectFileSync. */
export const openObjectFile = async (path: string, name: string): Promise<OpenObjectFile> => {
  const fd = await openAsync(path, flags)
  try {
    return { fd, sizeBytes: sizeOfRegular(await fstatAsync(fd), name) }
  } catch (error) {
    await closeFile(fd)
    throw error
  }
}

export const sizeOfRegular = (stats: Stats, name: string): number => {
  if (!stats.isFile()) throw new CorruptError(name, 'not a regular file')
  return stats.size
}

/** Index files are the largest objects beside packs, which have up to 1 GiB (docs/FORMAT.md §5.2, §6). */
const wholeMaxBytes = 64 * 2 ** 20
const wholePackMaxBytes = 2 ** 30

/** Before memory is taken: whoever owns the storage may have put a terabyte there. Errors: `corrupt`. */
export const assertReadableWhole = (name: string, sizeBytes: number): void => {
  const max = name.startsWith(`${packFolder}/`) ? wholePackMaxBytes : wholeMaxBytes
  if (sizeBytes > max) throw new CorruptError(name, `has ${sizeBytes} bytes, which no such object has`)
}

/** One system call reads at most 2 GiB (read(2)). */
const readOnceMaxBytes = 2 ** 30

/** Reads exactly one range. The size is checked before memory is taken, for the length may come from a damaged record. */
export const readExactly = async (
  file: OpenObjectFile,
  name: string,
  offsetBytes: number,
  lengthBytes: number,
): Promise<Buffer> => {
  assertRangeWithin(name, file.sizeBytes, offsetBytes, lengthBytes)
  const bytes = Buffer.allocUnsafeSlow(lengthBytes)
  let done = 0
  while (done < lengthBytes) {
    const askBytes = Math.min(lengthBytes - done, readOnceMaxBytes)
    const { bytesRead } = await readAsync(file.fd, bytes, done, askBytes, offsetBytes + done)
    if (bytesRead === 0)
      throw new CorruptError(name, `ends at byte ${offsetBytes + done}, it was longer when opened`)
    done += bytesRead
  }
  return bytes
}

export const assertRangeWithin = (
  name: string,
  sizeBytes: number,
  offsetBytes: number,
  lengthBytes: number,
): void => {
  const sane = Number.isSafeInteger(offsetBytes) && offsetBytes >= 0 && lengthBytes >= 0
  if (sane && offsetBytes + lengthBytes <= sizeBytes) return
  throw new CorruptError(
    name,
    `has ${sizeBytes} bytes, but ${lengthBytes} bytes from byte ${offsetBytes} on are needed`,
  )
}
