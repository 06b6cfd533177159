import { closeSync, fstatSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { ContentNamedFile } from './content-named-file.js'
import { readWhole } from './read-whole.js'

/**
 * A filter's only segment as a file, so that opening an index is one read: 64 bytes (magic, version, CRC-32 of the
 * segment, zero), then the segment's bytes, in the machine's own byte order.
 */
const HEADER_BYTES = 64
const MAGIC = 0x76727666
const VERSION = 1
const SLICE_BYTES = 8 * 2 ** 20

/** Gives the name within the folder. */
export const writeFilterFile = (folder: string, segment: SharedArrayBuffer): string => {
  const bytes = new Uint8Array(segment)
  const header = Uint32Array.of(MAGIC, VERSION, checksumOf(bytes), ...new Array(HEADER_BYTES / 4 - 3).fill(0))
  const file = new ContentNamedFile(folder)
  try {
    file.write(new Uint8Array(header.buffer))
    for (const slice of slices(bytes)) file.write(slice)
    return file.finish('filter')
  } catch (error) {
    file.abandon()
    throw error
  }
}

/** The segment, or undefined when the file is missing, damaged, or of another version. */
export const readFilterFile = (folder: string, name: string): SharedArrayBuffer | undefined => {
  let fd: number
  try {
    fd = openSync(join(folder, name), 'r')
  } catch {
    return undefined
  }
  try {
    return readSegment(fd)
  } catch {
    return undefined
  } finally {
    closeSync(fd)
  }
}

const readSegment = (fd: number): SharedArrayBuffer | undefined => {
  const header = new Uint32Array(HEADER_BYTES / 4)
  if (!readWhole(fd, new Uint8Array(header.buffer), 0)) return undefined
  if (header[0] !== MAGIC || header[1] !== VERSION) return undefined
  const segment = new SharedArrayBuffer(fstatSync(fd).size - HEADER_BYTES)
  const bytes = new Uint8Array(segment)
  return readWhole(fd, bytes, HEADER_BYTES) && checksumOf(bytes) === header[2] ? segment : undefined
}

const checksumOf = (bytes: Uint8Array): number => {
  let checksum = 0
  for (const slice of slices(bytes)) checksum = crc32(slice, checksum)
  return checksum
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES)
}
