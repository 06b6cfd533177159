import fs from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { nativeCalls } from '../../src/filesystem/native.js'
import { lstatOf, type Stat, statOf } from '../../src/filesystem/stat.js'
import { StatColumns, StatOfColumns } from '../../src/filesystem/stat-columns.js'
import { bytePath, temporaryDirectory } from './temporary-directory.js'

const plain = (stat: Stat): Stat => ({
  type: stat.type,
  mode: stat.mode,
  uid: stat.uid,
  gid: stat.gid,
  sizeBytes: stat.sizeBytes,
  allocatedBytes: stat.allocatedBytes,
  mtimeNs: stat.mtimeNs,
  ctimeNs: stat.ctimeNs,
  inode: stat.inode,
  links: stat.links,
  device: stat.device,
  deviceNumber: stat.deviceNumber,
})

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const time = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 19n })
const anyStat: fc.Arbitrary<Stat> = fc.record({
  type: fc.constantFrom('file', 'directory', 'symlink', 'fifo', 'socket', 'char-device', 'block-device'),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: uint32,
  gid: uint32,
  sizeBytes: fc.maxSafeInteger().map(Math.abs),
  allocatedBytes: fc.integer({ min: 0, max: 2 ** 40 }).map((blocks) => 512 * blocks),
  mtimeNs: time,
  ctimeNs: time,
  inode: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  links: uint32,
  device: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  deviceNumber: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
})

describe('attributes in columns', () => {
  it('come out as they went in, whatever their neighbours are', () => {
    fc.assert(
      fc.property(fc.array(anyStat, { minLength: 1, maxLength: 5 }), (stats) => {
        const columns = new StatColumns(stats.length)
        for (const [index, stat] of stats.entries()) columns.set(index, stat)
        const handedOn = new StatColumns(structuredClone(columns.words))
        expect(stats.map((_, index) => plain(new StatOfColumns(handedOn, index)))).toEqual(stats)
      }),
    )
  })

  it('have the times in whole seconds, rounded down, and the nanoseconds from there on', () => {
    const columns = new StatColumns(1)
    columns.set(0, { ...lstatOf('/' as ByteString), mtimeNs: -1n, ctimeNs: 5_000_000_007n })
    const stat = new StatOfColumns(columns, 0)
    expect([stat.mtimeSeconds, stat.mtimeNanoseconds]).toEqual([-1, 999_999_999])
    expect([stat.ctimeSeconds, stat.ctimeNanoseconds]).toEqual([5, 7])
  })

  it('have the low 53 bits of the inode as a number', () => {
    const inode = 0xfedc_ba98_7654_3210n
    const columns = new StatColumns(1)
    columns.set(0, { ...lstatOf('/' as ByteString), inode })
    expect(new StatOfColumns(columns, 0).inode53).toBe(Number(BigInt.asUintN(53, inode)))
  })

  it('are the same by path, by name in an open directory, and through Node', () => {
    nativeCalls()
    const top = temporaryDirectory()
    fs.writeFileSync(`${top}/\u00fc`, 'x'.repeat(10_000), { mode: 0o604 })
    fs.symlinkSync('nowhere', `${top}/link`)
    fs.utimesSync(`${top}/\u00fc`, -5.25, -5.25)
    const fd = fs.openSync(top, 'r')
    for (const text of ['\u00fc', 'link']) {
      const path = bytePath(top, text)
      const name = path.slice(top.length + 1) as ByteString
      const columns = new StatColumns(2)
      columns.lstat(0, path)
      columns.lstatAt(1, fd, { path, name, directory: '' as ByteString })
      expect(plain(new StatOfColumns(columns, 0))).toEqual(lstatOf(path))
      expect(plain(new StatOfColumns(columns, 1))).toEqual(lstatOf(path))
    }
    fs.closeSync(fd)
    const followed = new StatColumns(1)
    followed.stat(0, '/proc/self' as ByteString)
    expect(new StatOfColumns(followed, 0).type).toBe(statOf('/proc/self' as ByteString).type)
  })

  it('say what is wrong with the whole path, also of a name in an open directory', () => {
    nativeCalls()
    const top = temporaryDirectory()
    const fd = fs.openSync(top, 'r')
    const path = bytePath(top, 'gone')
    const found = { path, name: 'gone' as ByteString, directory: '' as ByteString }
    const wanted = `ENOENT: no such file or directory, lstat '${path}'`
    expect(() => new StatColumns(1).lstatAt(0, fd, found)).toThrow(wanted)
    expect(() => new StatColumns(1).lstat(0, path)).toThrow(wanted)
    fs.closeSync(fd)
  })
})
