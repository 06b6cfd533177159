import fs from 'node:fs'
import type { ByteString } from '../bytes/byte-string.js'
import { PackedNames } from './packed-names.js'
import { withReachablePath } from './reachable-path.js'

/** Above this many bytes of the directory itself (16,000 to 50,000 names on ext4) names are packed, not held as strings. */
const plainBytesMax = 1 << 20

/** All names in a directory, sorted bytewise, as one array. For directories known to be of ordinary size. */
export const listNames = (path: ByteString): ByteString[] =>
  withReachablePath(path, (_, fsPath) => fs.readdirSync(fsPath, 'latin1') as ByteString[]).sort()

/**
 * The names in a directory, sorted bytewise. `directoryBytes` is the size that lstat gave for it: a large directory is
 * read in batches and its names are kept packed, about 40 bytes each instead of 187.
 * @throws NodeJS.ErrnoException, for example EACCES, at the call and not at the first name
 */
export const namesOf = (path: ByteString, directoryBytes: number): Iterable<ByteString> =>
  directoryBytes < plainBytesMax ? listNames(path) : packNames(path)

/** As namesOf for a large directory. */
export const packNames = (path: ByteString): PackedNames =>
  withReachablePath(path, (_, fsPath) => {
    const directory = fs.opendirSync(fsPath as string, { encoding: latin1, bufferSize: 1024 })
    const names = new PackedNames()
    try {
      for (let entry = directory.readSync(); entry !== null; entry = directory.readSync())
        names.add(entry.name as ByteString)
    } finally {
      directory.closeSync()
    }
    names.seal()
    return names
  })

/** Node accepts it, its type declaration (BufferEncoding | null) as well. */
const latin1 = 'latin1'
