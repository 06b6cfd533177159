import { type ByteString, bytesOf } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import type { Extension } from './extension.js'
import { openRecord } from './fields.js'
import { symlinkTargetMaxBytes } from './limits.js'
import { encodeRecord } from './record.js'

/** Extension 2 of snapshot records, not critical (docs/FORMAT.md §9.4). */
const directoryExtension = 2
const recordMaxBytes = symlinkTargetMaxBytes + 16

/** `directory`: where the relative ones of the paths started, an absolute path. */
export const sourceDirectoryExtension = (directory: ByteString): Extension => ({
  id: directoryExtension,
  critical: false,
  bytes: encodeRecord([1, bytesOf(directory)]),
})

/** Undefined where all paths are absolute, or where it is not known. */
export const sourceDirectoryOf = ({
  extensions,
}: {
  readonly extensions: readonly Extension[]
}): ByteString | undefined => {
  const found = extensions.find(({ id }) => id === directoryExtension)
  if (found === undefined) return undefined
  try {
    const fields = openRecord(found.bytes, 'directory of the source', {
      version: 1,
      items: 2,
      sizeMaxBytes: recordMaxBytes,
    })
    const directory = fields.byteString('directory', symlinkTargetMaxBytes)
    return directory.startsWith('/') ? directory : undefined
  } catch (error) {
    if (error instanceof VarveError) return undefined
    throw error
  }
}
