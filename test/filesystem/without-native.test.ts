import fs from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { byteStringOfText } from '../../src/bytes/byte-string.js'
import { type AttributeFailure, applyAttributesToFd } from '../../src/filesystem/attributes.js'
import { dataRegions } from '../../src/filesystem/data-regions.js'
import { disableNativeCalls, nativeCalls } from '../../src/filesystem/native.js'
import { SafeDirectory } from '../../src/filesystem/safe-directory.js'
import { lstatOf } from '../../src/filesystem/stat.js'
import { readXattrs } from '../../src/filesystem/xattrs.js'
import { bytePath, temporaryDirectory } from './temporary-directory.js'

beforeAll(disableNativeCalls)

const name = byteStringOfText('file')

describe('without the native calls', () => {
  it('sets times to the microsecond', () => {
    const directory = temporaryDirectory()
    const path = bytePath(directory, 'file')
    fs.writeFileSync(path, '')
    const fd = fs.openSync(path, 'r+')
    const failures: AttributeFailure[] = []
    const { uid, gid } = lstatOf(path)
    const attributes = { mode: 0o600, uid, gid, mtimeNs: 1_600_000_000_123_456_789n, xattrs: [] }
    applyAttributesToFd(fd, path, attributes, (failure) => failures.push(failure))
    fs.closeSync(fd)
    expect(failures).toEqual([])
    expect(lstatOf(path).mtimeNs / 10_000n).toBe(1_600_000_000_123_456_789n / 10_000n)
  })

  it('reports a time before 1970 and attributes that cannot be set, and sets the rest', () => {
    const path = bytePath(temporaryDirectory(), 'file')
    fs.writeFileSync(path, '')
    const fd = fs.openSync(path, 'r+')
    const failures: AttributeFailure[] = []
    const { uid, gid } = lstatOf(path)
    const xattrs = [[byteStringOfText('user.a'), new Uint8Array(1)]] as const
    applyAttributesToFd(fd, path, { mode: 0o640, uid, gid, mtimeNs: -1n, xattrs }, (failure) =>
      failures.push(failure),
    )
    fs.closeSync(fd)
    expect(failures.map(({ attribute }) => attribute)).toEqual(['xattrs', 'mtime'])
    expect(lstatOf(path).mode).toBe(0o640)
  })

  it('takes a file with holes for one region and a file with attributes for one without', () => {
    const path = bytePath(temporaryDirectory(), 'file')
    fs.writeFileSync(path, '')
    fs.truncateSync(path, 1 << 20)
    const fd = fs.openSync(path, 'r')
    expect([...dataRegions(fd, lstatOf(path))]).toEqual([{ start: 0, end: 1 << 20 }])
    fs.closeSync(fd)
    expect(readXattrs(path)).toEqual([])
  })

  it('refuses to make a fifo and says what is missing', () => {
    expect(nativeCalls()).toBeUndefined()
    using directory = SafeDirectory.open(bytePath(temporaryDirectory()))
    expect(() => directory.createSpecial(name, 'fifo', 0n)).toThrow(
      expect.objectContaining({ code: 'native-missing' }),
    )
  })
})
