import type { ByteString } from '../../bytes/byte-string.js'
import {
  type Attributes,
  applyAttributesToSpecial,
  applyAttributesToSymlink,
  type OnAttributeFailure,
} from '../../filesystem/attributes.js'
import type { SafeDirectory } from '../../filesystem/safe-directory.js'
import type { SpecialFileType } from '../../filesystem/special-file.js'
import type { FileType, Stat } from '../../filesystem/stat.js'
import { type Device, type Entry, EntryType } from '../../format/entry.js'

const typeNames: Readonly<Record<EntryType, FileType>> = {
  [EntryType.file]: 'file',
  [EntryType.directory]: 'directory',
  [EntryType.symlink]: 'symlink',
  [EntryType.fifo]: 'fifo',
  [EntryType.socket]: 'socket',
  [EntryType.characterDevice]: 'char-device',
  [EntryType.blockDevice]: 'block-device',
}

const fileTypeOf = ({ type }: Pick<Entry, 'type'>): FileType => typeNames[type]

/** Makes a symbolic link, fifo, socket or device node under a free name. */
export const makeOther = (directory: SafeDirectory, name: ByteString, entry: Entry): void => {
  if (entry.type === EntryType.symlink) directory.createSymlink(name, entry.content as ByteString)
  else directory.createSpecial(name, fileTypeOf(entry) as SpecialFileType, deviceNumberOf(entry))
}

export const applyToOther = (
  directory: SafeDirectory,
  name: ByteString,
  path: ByteString,
  entry: Entry,
  attributes: Attributes,
  onFailure: OnAttributeFailure,
): void => {
  const apply = entry.type === EntryType.symlink ? applyAttributesToSymlink : applyAttributesToSpecial
  apply(directory, name, path, attributes, onFailure)
}

/** The same type and content; attributes may differ. */
export const isAlike = (directory: SafeDirectory, name: ByteString, entry: Entry, found: Stat): boolean => {
  if (found.type !== fileTypeOf(entry)) return false
  if (entry.type === EntryType.symlink) return directory.readSymlink(name) === entry.content
  return found.deviceNumber === deviceNumberOf(entry)
}

/** As libc's makedev packs it; 0 for what is no device. */
const deviceNumberOf = ({ type, content }: Entry): bigint => {
  if (type !== EntryType.characterDevice && type !== EntryType.blockDevice) return 0n
  const { major, minor } = content as Device
  const [high, low] = [BigInt(major), BigInt(minor)]
  return (
    ((high & 0xfffff000n) << 32n) | ((high & 0xfffn) << 8n) | ((low & 0xffffff00n) << 12n) | (low & 0xffn)
  )
}
