import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { encodeRecord } from '../../src/format/record.js'
import { sourceDirectoryExtension, sourceDirectoryOf } from '../../src/format/source-directory.js'

describe('the directory that relative paths of a snapshot started from', () => {
  it('is told byte for byte, and is not critical', () => {
    const name = fc
      .uint8Array({ minLength: 1 })
      .map((bytes) => `/${Buffer.from(bytes).toString('latin1')}` as ByteString)
    fc.assert(
      fc.property(name, (directory) => {
        const extension = sourceDirectoryExtension(directory)
        expect(extension).toMatchObject({ id: 2, critical: false })
        expect(sourceDirectoryOf({ extensions: [extension] })).toBe(directory)
      }),
    )
  })

  it('is not known where nothing, something unreadable or a relative path is said', () => {
    const said = (bytes: Uint8Array) => sourceDirectoryOf({ extensions: [{ id: 2, critical: false, bytes }] })
    expect(sourceDirectoryOf({ extensions: [] })).toBeUndefined()
    expect(said(Buffer.from('x'))).toBeUndefined()
    expect(said(encodeRecord([2, Buffer.from('/a')]))).toBeUndefined()
    expect(said(encodeRecord([1, Buffer.from('a')]))).toBeUndefined()
  })
})
