import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ByteString, byteStringOfText } from '../../src/bytes/byte-string.js'
import { applyAttributesToFd, applyAttributesToSymlink } from '../../src/filesystem/attributes.js'
import { nativeCalls } from '../../src/filesystem/native.js'
import { SafeDirectory } from '../../src/filesystem/safe-directory.js'
import { lstatOf } from '../../src/filesystem/stat.js'
import { readXattrs, readXattrsOfFd, type Xattr } from '../../src/filesystem/xattrs.js'
import { asNobody, bytePath, isRoot, temporaryDirectory } from './temporary-directory.js'

const xattr = (name: string, value: Uint8Array | string): Xattr => [
  byteStringOfText(name),
  Uint8Array.from(Buffer.from(value as string)),
]

const fileWith = (...xattrs: Xattr[]): ByteString => {
  const path = bytePath(temporaryDirectory(), 'file')
  fs.writeFileSync(path, '')
  apply(path, xattrs)
  return path
}

const apply = (path: ByteString, xattrs: readonly Xattr[], mode = 0o600): void => {
  const fd = fs.openSync(path, 'r+')
  const { uid, gid } = lstatOf(path)
  applyAttributesToFd(fd, path, { mode, uid, gid, mtimeNs: 0n, xattrs }, ({ error }) => {
    throw error
  })
  fs.closeSync(fd)
}

const supported = (): boolean => {
  const path = bytePath(temporaryDirectory(), 'probe')
  fs.writeFileSync(path, '')
  return (nativeCalls()?.writeXattr(path, byteStringOfText('user.probe'), new Uint8Array(1)) ?? -1) === 0
}

const isSupported = supported()
if (!isSupported) console.log('extended attributes: skipped, the temporary directory has no user attributes')

/** struct posix_acl_xattr_header and entries of linux/posix_acl_xattr.h: user::rw-, user:1234:rw-, group::r--, mask, other. */
const accessAcl = (): Uint8Array => {
  const undefinedId = 0xffffffff
  const entries = [
    [1, 6, undefinedId],
    [2, 6, 1234],
    [4, 4, undefinedId],
    [16, 6, undefinedId],
    [32, 0, undefinedId],
  ] as const
  const bytes = Buffer.alloc(4 + entries.length * 8)
  bytes.writeUInt32LE(2, 0)
  entries.forEach(([tag, rights, id], index) => {
    bytes.writeUInt16LE(tag, 4 + index * 8)
    bytes.writeUInt16LE(rights, 6 + index * 8)
    bytes.writeUInt32LE(id, 8 + index * 8)
  })
  return Uint8Array.from(bytes)
}

describe.skipIf(!isSupported)('extended attributes', () => {
  it('come back byte for byte and sorted, by path and by descriptor', () => {
    const name = 'user.\u00fc\u20ac'
    const path = fileWith(
      xattr('user.b', ''),
      xattr(name, 'z'),
      xattr('user.a', new Uint8Array([0, 255, 10])),
    )
    const expected = [xattr('user.a', new Uint8Array([0, 255, 10])), xattr('user.b', ''), xattr(name, 'z')]
    expect(readXattrs(path)).toEqual(expected)
    const fd = fs.openSync(path, 'r')
    expect(readXattrsOfFd(fd)).toEqual(expected)
    fs.closeSync(fd)
  })

  it('are none for a file without any', () => {
    expect(readXattrs(fileWith())).toEqual([])
  })

  it.skipIf(!isRoot || !fs.existsSync('/dev/shm'))('may be longer than the first buffer', (context) => {
    // ext4 holds one block of attributes; tmpfs takes the longest that the kernel allows.
    const path = bytePath(temporaryDirectory('/dev/shm'), 'file')
    fs.writeFileSync(path, '')
    const value = new Uint8Array(65536).fill(7)
    const answer = nativeCalls()!.writeXattr(path, byteStringOfText('trusted.long'), value)
    if (answer < 0) {
      console.log(`a long attribute: skipped, the file system answers ${answer}`)
      return context.skip()
    }
    expect(readXattrs(path)).toEqual([['trusted.long', value]])
  })

  it('that the record does not have are removed', () => {
    const path = fileWith(xattr('user.old', '1'), xattr('user.kept', '2'))
    apply(path, [xattr('user.kept', '3')])
    expect(readXattrs(path)).toEqual([xattr('user.kept', '3')])
  })

  it('carry an ACL, whose mask and the mode agree', () => {
    const path = fileWith()
    apply(path, [['system.posix_acl_access' as ByteString, accessAcl()]], 0o660)
    expect(readXattrs(path)).toEqual([['system.posix_acl_access', accessAcl()]])
    expect(lstatOf(path).mode).toBe(0o660)
  })

  it('of a symbolic link are its own, not those of its target', () => {
    const directory = temporaryDirectory()
    fs.writeFileSync(`${directory}/file`, '')
    fs.symlinkSync('file', `${directory}/link`)
    apply(bytePath(directory, 'file'), [xattr('user.a', '1')])
    expect(readXattrs(bytePath(directory, 'link'))).toEqual([])
  })

  it.skipIf(!isRoot)('of a symbolic link are set without following it', () => {
    const directory = temporaryDirectory()
    fs.writeFileSync(`${directory}/file`, '')
    fs.symlinkSync('file', `${directory}/link`)
    using handle = SafeDirectory.open(bytePath(directory))
    const attributes = { mode: 0, uid: 12, gid: 13, mtimeNs: -7n, xattrs: [xattr('trusted.a', '1')] }
    const fail = ({ error }: { error: unknown }) => {
      throw error
    }
    applyAttributesToSymlink(handle, byteStringOfText('link'), bytePath('link'), attributes, fail)
    expect(readXattrs(bytePath(directory, 'link'))).toEqual([xattr('trusted.a', '1')])
    expect(readXattrs(bytePath(directory, 'file'))).toEqual([])
    expect(lstatOf(bytePath(directory, 'link'))).toMatchObject({ uid: 12, gid: 13, mtimeNs: -7n })
    expect(lstatOf(bytePath(directory, 'file')).uid).toBe(process.getuid!())
  })

  it.skipIf(!isRoot)('that only root may read are left out for others, without an error', () => {
    const path = fileWith(xattr('trusted.secret', '1'), xattr('user.open', '2'))
    fs.chmodSync(path, 0o644)
    fs.chmodSync(path.slice(0, path.lastIndexOf('/')), 0o755)
    expect(asNobody(() => readXattrs(path))).toEqual([xattr('user.open', '2')])
    expect(readXattrs(path)).toHaveLength(2)
  })

  it('of a file system without any are none', () => {
    expect(readXattrs('/proc/version' as ByteString)).toEqual([])
  })

  it('of an absent file are an error', () => {
    expect(() => readXattrs('/no/such' as ByteString)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })
})
