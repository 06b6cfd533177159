import assert from 'node:assert/strict'
import type { ByteString } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'
import { CborWriter } from './cbor-writer.js'
import { type Entry, EntryType, type FileContent, type Holes, isFileContent, type Xattr } from './entry.js'
import type { Extension } from './extension.js'
import {
  entryValueMaxBytes,
  idSizeBytes,
  nanosecondsMax,
  ownerNameMaxBytes,
  piecesInEntryMaxBytes,
} from './limits.js'

const scratch = new CborWriter()

/**
 * The items 2 to 18 of an entry (docs/FORMAT.md §8.2), without the array's head and the key. They are the same wherever
 * the entry stands, so those of an unchanged entry are taken over as they are.
 * Errors: `source` where they take more than 1 MiB, or the name of its owner or group more than 1,024 bytes.
 */
export function encodeEntryValue(entry: Entry): Buffer {
  scratch.clear()
  assert.ok(entry.mode <= 0o7777 && entry.flags <= 1)
  assert.ok(entry.mtimeNanoseconds <= nanosecondsMax && entry.ctimeNanoseconds <= nanosecondsMax)
  scratch.uint(entry.type)
  scratch.uint(entry.mode)
  scratch.uint(entry.uid)
  scratch.uint(entry.gid)
  writeOwnerName(entry.user)
  writeOwnerName(entry.group)
  scratch.int(entry.mtimeSeconds)
  scratch.uint(entry.mtimeNanoseconds)
  scratch.int(entry.ctimeSeconds)
  scratch.uint(entry.ctimeNanoseconds)
  scratch.uint(entry.inode)
  scratch.uint(entry.links)
  scratch.uint(entry.mount)
  scratch.uint(entry.flags)
  writeContent(entry)
  writeXattrs(entry.xattrs)
  writeExtensions(entry.extensions)
  if (scratch.sizeBytes > entryValueMaxBytes) {
    throw new VarveError('source', 'its extended attributes take more than an entry can hold', {
      hint: 'Remove some of them.',
    })
  }
  return scratch.bytes()
}

function writeOwnerName(name: ByteString): void {
  if (name.length > ownerNameMaxBytes) {
    throw new VarveError('source', 'the name of its owner or group takes more than an entry can hold', {
      hint: 'Leave such a name out: the number stays.',
    })
  }
  scratch.byteString(name)
}

function writeContent({ type, content }: Entry): void {
  if (content === null) {
    assert.ok(type === EntryType.directory || type === EntryType.fifo || type === EntryType.socket)
    scratch.null()
  } else if (typeof content === 'string') {
    assert.equal(type, EntryType.symlink)
    scratch.byteString(content)
  } else if (isFileContent(content)) {
    assert.equal(type, EntryType.file)
    writeFileContent(content)
  } else {
    assert.ok(type === EntryType.characterDevice || type === EntryType.blockDevice)
    scratch.arrayHead(2)
    scratch.uint(content.major)
    scratch.uint(content.minor)
  }
}

function writeFileContent(content: FileContent): void {
  if (content.form === 'inline') {
    assert.ok(content.pieces.byteLength <= piecesInEntryMaxBytes)
    scratch.arrayHead(4)
    scratch.uint(0)
    scratch.uint(content.sizeBytes)
    scratch.bytesItem(content.pieces)
  } else {
    scratch.arrayHead(5)
    scratch.uint(1)
    scratch.uint(content.sizeBytes)
    scratch.bytesItem(content.root)
    scratch.uint(content.pieceCount)
  }
  writeHoles(content.holes)
}

function writeHoles(holes: Holes): void {
  if (holes === null) scratch.null()
  else if (holes instanceof Uint8Array) scratch.bytesItem(holes)
  else writeIds(holes)
}

function writeIds(ids: readonly Uint8Array[]): void {
  scratch.arrayHead(ids.length)
  for (const id of ids) {
    assert.equal(id.byteLength, idSizeBytes)
    scratch.bytesItem(id)
  }
}

function writeXattrs(xattrs: readonly Xattr[]): void {
  scratch.arrayHead(xattrs.length)
  for (const { name, value } of xattrs) {
    scratch.arrayHead(2)
    scratch.byteString(name)
    if (value instanceof Uint8Array) {
      scratch.bytesItem(value)
    } else {
      scratch.arrayHead(2)
      scratch.uint(value.sizeBytes)
      writeIds(value.ids)
    }
  }
}

function writeExtensions(extensions: readonly Extension[]): void {
  scratch.arrayHead(extensions.length)
  for (const { id, critical, bytes } of extensions) {
    scratch.arrayHead(3)
    scratch.uint(id)
    scratch.boolean(critical)
    scratch.bytesItem(bytes)
  }
}
