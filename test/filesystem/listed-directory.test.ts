import fs from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { listNames } from '../../src/filesystem/directory-names.js'
import { listDirectory } from '../../src/filesystem/listed-directory.js'
import { nativeCalls } from '../../src/filesystem/native.js'
import { bytePath, temporaryDirectory } from './temporary-directory.js'

const namesOf = (top: string): string[] => {
  using listed = listDirectory(bytePath(top), 0)
  return [...listed.names]
}

describe('a listed directory', () => {
  it('has the names that Node gives, sorted bytewise', () => {
    nativeCalls()
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 20 })
      .filter((bytes) => !bytes.includes(0) && !bytes.includes(0x2f))
      .map((bytes) => Buffer.from(bytes).toString('latin1'))
      .filter((text) => text !== '.' && text !== '..')
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 20 }), (names) => {
        const top = temporaryDirectory()
        for (const each of names) fs.writeFileSync(Buffer.from(`${top}/${each}`, 'latin1'), '')
        expect(namesOf(top)).toEqual(names.toSorted())
        expect(namesOf(top)).toEqual(listNames(bytePath(top)))
      }),
      { numRuns: 40 },
    )
  })

  it('has all names of one that takes many calls to read, and is packed', () => {
    nativeCalls()
    const top = temporaryDirectory()
    const names = Array.from({ length: 20_000 }, (_, at) => `${(at * 7919) % 20_000}`.padStart(30, '-'))
    for (const name of names) fs.symlinkSync('nowhere', `${top}/${name}`)
    expect(namesOf(top).join()).toBe(names.toSorted().join())
  })

  it('is not followed through a link that took its place', () => {
    nativeCalls()
    const top = temporaryDirectory()
    fs.symlinkSync('/', `${top}/link`)
    expect(() => listDirectory(bytePath(top, 'link'), 0)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/ELOOP|ENOTDIR/) }),
    )
  })

  it('that cannot be read is an error at the call', () => {
    nativeCalls()
    expect(() => listDirectory('/no/such' as ByteString, 0)).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    )
  })
})
