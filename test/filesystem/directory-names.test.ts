import fs from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteString } from '../../src/bytes/byte-string.js'
import { listNames, packNames } from '../../src/filesystem/directory-names.js'
import { PackedNames } from '../../src/filesystem/packed-names.js'
import { bytePath, temporaryDirectory } from './temporary-directory.js'

describe('names of a directory', () => {
  it('are the same sorted bytes whether they are packed or not', () => {
    const top = temporaryDirectory()
    const names = ['a', 'Z', '\xff', '\xc3\xbc', 'n'.repeat(255), '\n', ' ']
    for (const name of names) fs.writeFileSync(Buffer.from(`${top}/${name}`, 'latin1'), '')
    expect(listNames(bytePath(top))).toEqual(names.toSorted())
    expect([...packNames(bytePath(top))]).toEqual(names.toSorted())
  })

  it('of many runs are merged in order, every time they are asked for', () => {
    const packed = new PackedNames()
    const names = Array.from({ length: 100_000 }, (_, at) => `${(at * 7919) % 100_000}` as ByteString)
    for (const name of names) packed.add(name)
    packed.seal()
    expect([...packed].join()).toBe(names.toSorted().join())
    expect([...packed].join()).toBe(names.toSorted().join())
  })

  it('stay in order when runs are sealed anywhere', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, fc.boolean()), { maxLength: 60 }), (additions) => {
        const packed = new PackedNames()
        for (const [name, seal] of additions) {
          packed.add(Buffer.from(name).toString('latin1') as ByteString)
          if (seal) packed.seal()
        }
        packed.seal()
        expect([...packed]).toEqual(additions.map(([name]) => Buffer.from(name).toString('latin1')).sort())
      }),
    )
  })

  it('of an unreadable place are an error at the call', () => {
    expect(() => packNames('/no/such' as ByteString)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })
})
