import { type ByteString, byteStringOf } from '../bytes/byte-string.js'
import type { CborReader } from './cbor-reader.js'
import {
  type Device,
  type EntryContent,
  EntryType,
  type FileContent,
  type Holes,
  type Xattr,
} from './entry.js'
import { type Extension, noExtensions } from './extension.js'
import type { ChunkId } from './ids.js'
import {
  entryValueMaxBytes,
  holeMapChunkSizeBytes,
  holeMapInEntryMaxBytes,
  holeMapMaxBytes,
  idSizeBytes,
  piecesInEntryMaxBytes,
  symlinkTargetMaxBytes,
  xattrChunkMaxBytes,
  xattrInEntryMaxBytes,
  xattrNameMaxBytes,
} from './limits.js'
import { totalsOfPieces } from './pieces.js'

const safeMax = Number.MAX_SAFE_INTEGER
const u32Max = 0xffff_ffff

/** Items 16 to 18 of an entry (docs/FORMAT.md §8.2). Byte strings are views into what the reader reads. */
export function readContent(reader: CborReader, type: EntryType): EntryContent {
  if (type === EntryType.file) return readFileContent(reader)
  if (type === EntryType.symlink) return readTarget(reader)
  if (type === EntryType.characterDevice || type === EntryType.blockDevice) return readDevice(reader)
  if (!reader.nextIsNull()) throw reader.corrupt('content is not null')
  reader.at++
  return null
}

function readTarget(reader: CborReader): ByteString {
  const target = byteStringOf(reader.byteString(symlinkTargetMaxBytes, 'target'))
  if (target === '' || target.includes('\0')) throw reader.corrupt('target is not one')
  return target
}

function readDevice(reader: CborReader): Device {
  reader.arrayOf(2, 'device')
  return { major: reader.uint(u32Max, 'major'), minor: reader.uint(u32Max, 'minor') }
}

function readFileContent(reader: CborReader): FileContent {
  const items = reader.arrayHead('content')
  const inline = reader.uint(1, 'content form') === 0
  if (items !== (inline ? 4 : 5)) throw reader.corrupt('content has another number of items')
  const sizeBytes = reader.uint(safeMax, 'size')
  if (!inline) {
    const root = readId(reader)
    const pieceCount = reader.uint(u32Max, 'number of pieces')
    return { form: 'list', sizeBytes, root, pieceCount, holes: readHoles(reader) }
  }
  const pieces = reader.byteString(piecesInEntryMaxBytes, 'pieces')
  const { coveredBytes } = totalsOfPieces(reader.bytes, reader.objectName, reader.rangeStart, reader.at)
  if (coveredBytes !== sizeBytes) throw reader.corrupt('pieces do not add up to the size')
  return { form: 'inline', sizeBytes, pieces, holes: readHoles(reader) }
}

function readHoles(reader: CborReader): Holes {
  if (reader.nextIsNull()) {
    reader.at++
    return null
  }
  if (!reader.nextIsArray()) return reader.byteString(holeMapInEntryMaxBytes, 'holes')
  return readIds(reader, holeMapMaxBytes / holeMapChunkSizeBytes)
}

function readIds(reader: CborReader, countMax: number): ChunkId[] {
  const count = reader.arrayHead('chunk ids')
  if (count === 0 || count > countMax) throw reader.corrupt('chunk ids are too few or too many')
  const ids: ChunkId[] = []
  for (let index = 0; index < count; index++) ids.push(readId(reader))
  return ids
}

export function readId(reader: CborReader): ChunkId {
  const id = reader.byteString(idSizeBytes, 'chunk id')
  if (id.byteLength !== idSizeBytes) throw reader.corrupt('chunk id is too short')
  return id as Uint8Array as ChunkId
}

const noXattrs: readonly Xattr[] = Object.freeze([])

export function readXattrs(reader: CborReader): readonly Xattr[] {
  const count = reader.arrayHead('xattrs')
  if (count === 0) return noXattrs
  const xattrs: Xattr[] = []
  let previous = '' as ByteString
  const endMax = reader.at + entryValueMaxBytes
  for (let index = 0; index < count; index++) {
    if (reader.at > endMax) throw reader.corrupt('entry is too large')
    reader.arrayOf(2, 'xattr')
    const name = byteStringOf(reader.byteString(xattrNameMaxBytes, 'xattr name'))
    if (name <= previous || name.includes('\0')) throw reader.corrupt('xattr names do not ascend')
    previous = name
    xattrs.push({ name, value: readXattrValue(reader) })
  }
  return xattrs
}

function readXattrValue(reader: CborReader): Xattr['value'] {
  if (!reader.nextIsArray()) return reader.byteString(xattrInEntryMaxBytes, 'xattr value')
  reader.arrayOf(2, 'xattr value')
  const sizeBytes = reader.uint(safeMax, 'xattr size')
  const ids = readIds(reader, Number.POSITIVE_INFINITY)
  if (sizeBytes < ids.length || sizeBytes > ids.length * xattrChunkMaxBytes) {
    throw reader.corrupt('xattr chunks do not fit its size')
  }
  return { sizeBytes, ids }
}

export function readEntryExtensions(reader: CborReader): readonly Extension[] {
  const count = reader.arrayHead('extensions')
  if (count === 0) return noExtensions
  const extensions: Extension[] = []
  let previous = -1
  for (let index = 0; index < count; index++) {
    reader.arrayOf(3, 'extension')
    const id = reader.uint(safeMax, 'extension id')
    if (id <= previous) throw reader.corrupt('extension ids do not ascend')
    previous = id
    extensions.push({
      id,
      critical: reader.boolean('critical'),
      bytes: reader.byteString(safeMax, 'extension'),
    })
  }
  return extensions
}
