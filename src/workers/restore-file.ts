import { fchmodSync, ftruncateSync, writeSync } from 'node:fs'
import type { ByteString } from '../bytes/byte-string.js'
import { type Attributes, applyAttributesToFd } from '../filesystem/attributes.js'
import { setMtimeOfFd } from '../filesystem/file-times.js'
import { writeError } from '../filesystem/system-error.js'
import type { FileAttributeFailure, FinishFileJob, WriteResult } from './restore-jobs.js'

/** Writes all of a range, however often the system stops short. Errors: `no-space`, those of the file system. */
export const writeAll = (
  fd: number,
  bytes: Uint8Array,
  start: number,
  length: number,
  offset: number,
): void => {
  try {
    for (let done = 0; done < length; )
      done += writeSync(fd, bytes, start + done, length - done, offset + done)
  } catch (error) {
    throw writeError(noPath, error)
  }
}

/** Gives an open file its length and attributes, as the only job or as the end of one. */
export const finishFile = ({ fd, sizeBytes, attributes }: FinishFileJob): WriteResult => {
  ftruncateSync(fd, sizeBytes)
  const attributeFailures: FileAttributeFailure[] = []
  setAttributes(fd, 0, attributes, attributeFailures)
  return { failures: [], attributeFailures, bytesWritten: 0, bytesCopied: 0 }
}

/**
 * Gives a file that was just made what most files need and no more; false where something was refused, so that
 * `setAttributes` must do it again and say what.
 */
export const setPlainAttributes = (fd: number, mode: number, mtimeNs: bigint): boolean => {
  try {
    fchmodSync(fd, mode)
    setMtimeOfFd(fd, mtimeNs)
    return true
  } catch {
    return false
  }
}

export const setAttributes = (
  fd: number,
  file: number,
  attributes: Attributes,
  failures: FileAttributeFailure[],
): void =>
  applyAttributesToFd(fd, noPath, attributes, ({ attribute, error }) =>
    failures.push({ file, attribute, message: reasonOf(error) }),
  )

/** The main thread, which knows the path, puts it in front. */
const noPath = '' as ByteString

/** What the system said, without the path through which the file was reached. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.split(/, | '/)[0]! : String(error)
