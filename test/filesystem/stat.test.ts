import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { setMtime, setMtimeOfFd } from '../../src/filesystem/file-times.js'
import { nativeCalls } from '../../src/filesystem/native.js'
import { fstatOf, lstatOf, statOf } from '../../src/filesystem/stat.js'
import { bytePath, isRoot, temporaryDirectory } from './temporary-directory.js'

const specialPaths = ['/dev/null', '/dev/tty', '/', '/proc/self', '/etc/passwd', '/usr/bin']

describe('lstat', () => {
  it('gives the same record through statx as through Node', () => {
    nativeCalls()
    const directory = temporaryDirectory()
    fs.writeFileSync(`${directory}/file`, 'x'.repeat(10_000), { mode: 0o640 })
    fs.symlinkSync('nowhere', `${directory}/link`)
    for (const path of ['file', 'link', '.'].map((name) => `${directory}/${name}`).concat(specialPaths)) {
      const big = fs.lstatSync(path, { bigint: true })
      expect({ path, ...lstatOf(path as ByteString), type: '' }).toEqual({
        path,
        type: '',
        mode: Number(big.mode) & 0o7777,
        uid: Number(big.uid),
        gid: Number(big.gid),
        sizeBytes: Number(big.size),
        allocatedBytes: Number(big.blocks) * 512,
        mtimeNs: big.mtimeNs,
        ctimeNs: big.ctimeNs,
        inode: big.ino,
        links: Number(big.nlink),
        device: big.dev,
        deviceNumber: big.rdev,
      })
    }
  })

  it('says what is wrong in the words of Node', () => {
    nativeCalls()
    const path = `${temporaryDirectory()}/nothing`
    expect(() => lstatOf(path as ByteString)).toThrow(`ENOENT: no such file or directory, lstat '${path}'`)
  })

  it('tells the types apart and follows only where asked to', () => {
    const directory = temporaryDirectory()
    fs.symlinkSync('/', `${directory}/link`)
    expect(lstatOf(bytePath(directory, 'link')).type).toBe('symlink')
    expect(statOf(bytePath(directory, 'link')).type).toBe('directory')
    expect(lstatOf('/dev/null' as ByteString).type).toBe('char-device')
    expect(lstatOf('/etc/passwd' as ByteString).type).toBe('file')
  })

  it('reports an absent file as ENOENT', () => {
    expect(() => lstatOf('/no/such/file' as ByteString)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })

  it.skipIf(!isRoot)('gives large device numbers in the packing of libc', () => {
    const path = bytePath(temporaryDirectory(), 'node')
    const deviceNumber = (0x123n << 8n) | 0x45n | (0x67n << 20n)
    expect(nativeCalls()!.makeNode(path, 0o020600, deviceNumber)).toBe(0)
    expect(lstatOf(path).deviceNumber).toBe(deviceNumber)
    expect(fs.lstatSync(path, { bigint: true }).rdev).toBe(deviceNumber)
  })
})

describe('times', () => {
  it.each([0n, 1n, -1n, -315521754876543211n, 1_700_000_000_123_456_789n, 4_102_444_800_999_999_999n])(
    'keep every nanosecond, before 1970 as after it (%s)',
    (mtimeNs) => {
      const path = bytePath(temporaryDirectory(), 'file')
      fs.writeFileSync(path, '')
      setMtime(path, mtimeNs)
      expect(lstatOf(path).mtimeNs).toBe(mtimeNs)
      const fd = fs.openSync(path, 'r+')
      setMtimeOfFd(fd, mtimeNs + 1n)
      expect(fstatOf(fd).mtimeNs).toBe(mtimeNs + 1n)
      fs.closeSync(fd)
    },
  )

  it('are set on a symbolic link itself', () => {
    const directory = temporaryDirectory()
    fs.writeFileSync(`${directory}/file`, '')
    fs.symlinkSync('file', `${directory}/link`)
    const before = lstatOf(bytePath(directory, 'file')).mtimeNs
    setMtime(bytePath(directory, 'link'), 5n)
    expect(lstatOf(bytePath(directory, 'link')).mtimeNs).toBe(5n)
    expect(lstatOf(bytePath(directory, 'file')).mtimeNs).toBe(before)
  })
})
