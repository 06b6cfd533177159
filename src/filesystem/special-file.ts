import type { ByteString } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import { nativeCalls } from './native.js'
import type { FileType } from './stat.js'
import { systemError } from './system-error.js'

export type SpecialFileType = Exclude<FileType, 'file' | 'directory' | 'symlink'>

/** The file type bits of st_mode: inode(7). */
const formats: Record<SpecialFileType, number> = {
  fifo: 0o010000,
  'char-device': 0o020000,
  'block-device': 0o060000,
  socket: 0o140000,
}

/**
 * mknod with mode 0600. Device nodes need the right to make them.
 * @throws VarveError 'native-missing' without koffi
 * @throws NodeJS.ErrnoException
 */
export const makeSpecialFile = (path: ByteString, type: SpecialFileType, deviceNumber: bigint): void => {
  const native = nativeCalls()
  if (native === undefined)
    throw new VarveError('native-missing', `a ${type} cannot be made without the package koffi`, {
      hint: 'Install the optional dependency koffi.',
    })
  const answer = native.makeNode(path, formats[type] | 0o600, deviceNumber)
  if (answer < 0) throw systemError('mknod', -answer, undefined)
}
