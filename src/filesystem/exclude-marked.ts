import { type ByteString, byteStringOfText } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import { closeFile, openRegularFile, readInto } from './read-file.js'
import { lstatOf } from './stat.js'
import type { WalkFilter } from './walk-filter.js'

/** A file whose presence says that the rest of its directory is not worth a backup. */
export interface DirectoryMark {
  readonly name: ByteString
  /** The bytes that the file must begin with; undefined if its presence is enough. */
  readonly header: Uint8Array | undefined
}

/** https://bford.info/cachedir/ */
export const cacheDirectoryMark: DirectoryMark = {
  name: byteStringOfText('CACHEDIR.TAG'),
  header: Buffer.from('Signature: 8a477f597d28d172789f06886806bc55'),
}

/**
 * `FILE` or `FILE:HEADER`, as --exclude-if-present takes it.
 * @throws VarveError 'invalid-argument'
 */
export const directoryMarkOf = (given: string): DirectoryMark => {
  const colon = given.indexOf(':')
  const name = colon < 0 ? given : given.slice(0, colon)
  if (name === '' || name.includes('/'))
    throw new VarveError('invalid-argument', `'${given}' does not name a file to look for`, {
      hint: 'Give the name of a file, without a path, and after a colon the text that it begins with.',
    })
  return {
    name: byteStringOfText(name),
    header: colon < 0 ? undefined : Buffer.from(given.slice(colon + 1)),
  }
}

/** Of a marked directory only the directory itself and its mark are kept, so that it is still marked when restored. */
export const excludeMarked = (marks: readonly DirectoryMark[]): WalkFilter =>
  marks.length === 0 ? {} : { onlyEntry: (directory) => marks.find((mark) => carries(directory, mark))?.name }

const carries = (directory: ByteString, { name, header }: DirectoryMark): boolean => {
  const path = (directory.endsWith('/') ? directory + name : `${directory}/${name}`) as ByteString
  try {
    if (header !== undefined) return beginsWith(path, header)
    lstatOf(path)
    return true
  } catch {
    return false
  }
}

const beginsWith = (path: ByteString, header: Uint8Array): boolean => {
  const { fd } = openRegularFile(path)
  try {
    const found = new Uint8Array(header.length)
    return readInto(fd, found, 0) === header.length && Buffer.compare(found, header) === 0
  } finally {
    closeFile(fd)
  }
}

/** Regular files of more than so many bytes are left out. */
export const excludeLargerThan = (sizeBytesMax: number): WalkFilter => ({
  exclude: ({ stat }) => stat.type === 'file' && stat.sizeBytes > sizeBytesMax,
})
