import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ByteString, bytesOf } from '../../src/bytes/byte-string.js'
import { dataRegions } from '../../src/filesystem/data-regions.js'
import { openRegularFile, readInto, readLinkTarget } from '../../src/filesystem/read-file.js'
import { fstatOf } from '../../src/filesystem/stat.js'
import { bytePath, temporaryDirectory } from './temporary-directory.js'

describe('a file opened for reading', () => {
  it('fills shared memory from any position, up to the end of the file', () => {
    const path = bytePath(temporaryDirectory(), 'file')
    fs.writeFileSync(path, '0123456789')
    const { fd, stat } = openRegularFile(path)
    const memory = new Uint8Array(new SharedArrayBuffer(16), 4, 8)
    expect(stat.sizeBytes).toBe(10)
    expect(readInto(fd, memory, 1)).toBe(8)
    expect(Buffer.from(memory).toString()).toBe('12345678')
    expect(readInto(fd, memory, 7)).toBe(3)
    expect(readInto(fd, memory, 70)).toBe(0)
    fs.closeSync(fd)
  })

  it('is refused at once when it is a fifo, a device, a directory or a symbolic link', () => {
    const top = temporaryDirectory()
    execFileSync('mkfifo', [`${top}/fifo`])
    fs.symlinkSync('/etc/passwd', `${top}/link`)
    const source = expect.objectContaining({ code: 'source' })
    expect(() => openRegularFile(bytePath(top, 'fifo'))).toThrow(source)
    expect(() => openRegularFile('/dev/null' as ByteString)).toThrow(source)
    expect(() => openRegularFile(bytePath(top))).toThrow(source)
    expect(() => openRegularFile(bytePath(top, 'link'))).toThrow(expect.objectContaining({ code: 'ELOOP' }))
  })

  it('leaves no descriptor behind when it is refused', () => {
    const before = fs.readdirSync('/proc/self/fd').length
    for (let round = 0; round < 20; round++)
      expect(() => openRegularFile('/dev/null' as ByteString)).toThrow()
    expect(fs.readdirSync('/proc/self/fd')).toHaveLength(before)
  })
})

describe('the target of a symbolic link', () => {
  it('is read byte for byte', () => {
    const path = bytePath(temporaryDirectory(), 'link')
    const target = '\xff/\xc3\xbc ' as ByteString
    fs.symlinkSync(bytesOf(target), path)
    expect(readLinkTarget(path)).toBe(target)
  })
})

describe('data regions', () => {
  const regionsOf = (write: (fd: number) => void) => {
    const fd = fs.openSync(bytePath(temporaryDirectory(), 'file'), 'w+')
    try {
      write(fd)
      return [...dataRegions(fd, fstatOf(fd))]
    } finally {
      fs.closeSync(fd)
    }
  }
  const block = Buffer.alloc(1 << 16, 1)

  it('of an empty file are none, of an ordinary file one', () => {
    expect(regionsOf(() => undefined)).toEqual([])
    expect(regionsOf((fd) => fs.writeSync(fd, 'text'))).toEqual([{ start: 0, end: 4 }])
  })

  it('leave out holes at the start, inside and at the end', () => {
    const regions = regionsOf((fd) => {
      fs.writeSync(fd, block, 0, block.length, 1 << 20)
      fs.writeSync(fd, block, 0, block.length, 3 << 20)
      fs.ftruncateSync(fd, 5 << 20)
    })
    const expected = [1 << 20, 3 << 20].map((start) => ({ start, end: start + block.length }))
    expect(regions).toEqual(expected)
  })

  it('of a file that is one hole are none', () => {
    expect(regionsOf((fd) => fs.ftruncateSync(fd, 1 << 20))).toEqual([])
  })
})
