import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ByteString, byteStringOfText } from '../../src/bytes/byte-string.js'
import {
  type AttributeFailure,
  applyAttributesToFd,
  applyAttributesToSpecial,
} from '../../src/filesystem/attributes.js'
import { SafeDirectory } from '../../src/filesystem/safe-directory.js'
import { lstatOf } from '../../src/filesystem/stat.js'
import { writing } from '../../src/filesystem/system-error.js'
import { asNobody, bytePath, isRoot, temporaryDirectory } from './temporary-directory.js'

const named = byteStringOfText

describe('a safe directory', () => {
  it('creates directories and files closed to others, with any bytes in their names', () => {
    const top = temporaryDirectory()
    using directory = SafeDirectory.open(bytePath(top))
    using child = directory.openDirectory('\xff' as ByteString, { create: true })
    fs.closeSync(child.createFile('\xfe' as ByteString))
    expect(directory.list()).toEqual(['\xff'])
    expect(directory.lstat('\xff' as ByteString)!.mode).toBe(0o700)
    expect(child.lstat('\xfe' as ByteString)).toMatchObject({ type: 'file', mode: 0o600 })
    expect(child.lstat(named('absent'))).toBeUndefined()
  })

  it.each(['', '.', '..', 'a/b', '/', '../x', 'a\0b'])('refuses the name %j', (name) => {
    using directory = SafeDirectory.open(bytePath(temporaryDirectory()))
    const corrupt = expect.objectContaining({ code: 'corrupt' })
    expect(() => directory.createFile(name as ByteString)).toThrow(corrupt)
    expect(() => directory.openDirectory(name as ByteString, { create: true })).toThrow(corrupt)
    expect(() => directory.createSymlink(name as ByteString, named('x'))).toThrow(corrupt)
    expect(() => directory.createSpecial(name as ByteString, 'fifo', 0n)).toThrow(corrupt)
    expect(() => directory.rename(named('a'), directory, name as ByteString)).toThrow(corrupt)
    expect(() => directory.unlink(name as ByteString)).toThrow(corrupt)
  })

  it('is not led astray when its path is exchanged for a symbolic link', () => {
    const top = temporaryDirectory()
    fs.mkdirSync(`${top}/outside`)
    using directory = SafeDirectory.open(bytePath(top))
    using child = directory.openDirectory(named('inside'), { create: true })
    fs.renameSync(`${top}/inside`, `${top}/moved`)
    fs.symlinkSync('outside', `${top}/inside`)
    fs.closeSync(child.createFile(named('file')))
    expect(fs.readdirSync(`${top}/outside`)).toEqual([])
    expect(fs.readdirSync(`${top}/moved`)).toEqual(['file'])
  })

  it('does not enter a symbolic link and does not write through one', () => {
    const top = temporaryDirectory()
    fs.mkdirSync(`${top}/outside`)
    fs.symlinkSync('outside', `${top}/link`)
    fs.symlinkSync('outside/new', `${top}/file`)
    using directory = SafeDirectory.open(bytePath(top))
    for (const create of [true, false])
      expect(() => directory.openDirectory(named('link'), { create })).toThrow(
        expect.objectContaining({ code: 'in-the-way' }),
      )
    expect(() => directory.createFile(named('file'))).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    expect(() => directory.openFile(named('file'))).toThrow(expect.objectContaining({ code: 'ELOOP' }))
    expect(fs.readdirSync(`${top}/outside`)).toEqual([])
  })

  it('links, renames and removes within and between directories', () => {
    const top = temporaryDirectory()
    using directory = SafeDirectory.open(bytePath(top))
    using other = directory.openDirectory(named('other'), { create: true })
    fs.closeSync(directory.createFile(named('a')))
    directory.createSymlink(named('s'), '\xff' as ByteString)
    directory.createLink(named('a'), other, named('b'))
    directory.createLink(named('s'), other, named('t'))
    expect(other.lstat(named('b'))!.inode).toBe(directory.lstat(named('a'))!.inode)
    expect(other.readSymlink(named('t'))).toBe('\xff')
    directory.rename(named('a'), other, named('c'))
    other.unlink(named('b'))
    directory.unlink(named('s'))
    expect([directory.list(), other.list()]).toEqual([['other'], ['c', 't']])
    other.unlink(named('c'))
    other.unlink(named('t'))
    directory.removeDirectory(named('other'))
    expect(directory.list()).toEqual([])
  })

  it('makes fifos and sockets, and device nodes for root', () => {
    using directory = SafeDirectory.open(bytePath(temporaryDirectory()))
    directory.createSpecial(named('fifo'), 'fifo', 0n)
    directory.createSpecial(named('socket'), 'socket', 0n)
    expect(directory.lstat(named('fifo'))!.type).toBe('fifo')
    expect(directory.lstat(named('socket'))!.type).toBe('socket')
    if (!isRoot) return
    directory.createSpecial(named('null'), 'char-device', 0x103n)
    expect(directory.lstat(named('null'))).toMatchObject({
      type: 'char-device',
      deviceNumber: 0x103n,
      mode: 0o600,
    })
  })
})

describe('writing', () => {
  it('says that there is no space left, with the path', () => {
    const fd = fs.openSync('/dev/full', 'w')
    const noSpace = expect.objectContaining({
      code: 'no-space',
      message: expect.stringContaining('some/file'),
    })
    expect(() => writing(named('some/file'), () => fs.writeSync(fd, 'x'))).toThrow(noSpace)
    fs.closeSync(fd)
  })

  it('lets every other error pass', () => {
    const absent = () => fs.openSync('/no/such/file', 'r')
    expect(() => writing(named('x'), absent)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })
})

describe('attributes', () => {
  const none = ({ error }: AttributeFailure): never => {
    throw error
  }

  it.skipIf(!isRoot)('set setuid after the owner, and a time before 1970 last', () => {
    using directory = SafeDirectory.open(bytePath(temporaryDirectory()))
    const fd = directory.createFile(named('file'))
    const attributes = { mode: 0o6755, uid: 1234, gid: 4321, mtimeNs: -1_000_000_001n, xattrs: [] }
    applyAttributesToFd(fd, named('file'), attributes, none)
    fs.closeSync(fd)
    expect(directory.lstat(named('file'))).toMatchObject({
      mode: 0o6755,
      uid: 1234,
      gid: 4321,
      mtimeNs: -1_000_000_001n,
    })
  })

  it('apply to directories through their descriptor', () => {
    using directory = SafeDirectory.open(bytePath(temporaryDirectory()))
    using child = directory.openDirectory(named('d'), { create: true })
    const { uid, gid } = lstatOf(directory.path)
    applyAttributesToFd(
      child.fd,
      named('d'),
      { mode: 0o1750, uid, gid, mtimeNs: 1n, xattrs: undefined },
      none,
    )
    expect(directory.lstat(named('d'))).toMatchObject({ mode: 0o1750, mtimeNs: 1n })
  })

  it.skipIf(!isRoot)('drop setuid and setgid where the owner cannot be set, and report it', () => {
    const top = temporaryDirectory()
    fs.chownSync(top, 65534, 65534)
    const failures: AttributeFailure[] = []
    asNobody(() => {
      using directory = SafeDirectory.open(bytePath(top))
      const fd = directory.createFile(named('file'))
      const attributes = { mode: 0o6755, uid: 0, gid: 0, mtimeNs: 5n, xattrs: [] }
      applyAttributesToFd(fd, named('file'), attributes, (failure) => failures.push(failure))
      fs.closeSync(fd)
    })
    expect(failures).toMatchObject([{ path: 'file', attribute: 'owner', error: { code: 'EPERM' } }])
    expect(lstatOf(bytePath(top, 'file'))).toMatchObject({ mode: 0o755, uid: 65534, mtimeNs: 5n })
  })

  it('apply to a fifo without opening it', () => {
    using directory = SafeDirectory.open(bytePath(temporaryDirectory()))
    directory.createSpecial(named('fifo'), 'fifo', 0n)
    const { uid, gid } = lstatOf(directory.path)
    const attributes = { mode: 0o666, uid, gid, mtimeNs: -5n, xattrs: [] }
    applyAttributesToSpecial(directory, named('fifo'), named('fifo'), attributes, none)
    expect(directory.lstat(named('fifo'))).toMatchObject({ mode: 0o666, mtimeNs: -5n })
  })
})
