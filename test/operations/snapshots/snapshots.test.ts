import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ByteString } from '../../../src/bytes/byte-string.js'
import { type SnapshotsOptions, snapshots } from '../../../src/operations/snapshots/snapshots.js'
import { RepositoryFixture } from '../../repository-fixture.js'

describe('snapshots', () => {
  let fixture: RepositoryFixture
  const names = async (options: SnapshotsOptions) =>
    (await snapshots(fixture.store, options)).map(({ program }) => program).join(' ')
  const paths = (...list: string[]) => list as ByteString[]

  beforeAll(async () => {
    fixture = await RepositoryFixture.create()
    await fixture.snapshot({}, { program: '1', host: 'a', paths: paths('/x'), tags: ['red'] })
    await fixture.snapshot({}, { program: '2', host: 'b', paths: paths('/x', '/y/'), tags: ['red', 'blue'] })
    await fixture.snapshot({ f: '12345' }, { program: '3', host: 'a', paths: paths('/x'), tags: [] })
    await fixture.snapshot({}, { program: '4', host: 'b', paths: paths('/y/', '/x'), tags: ['blue'] })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  it('gives all, oldest first', async () => {
    expect(await names({})).toBe('1 2 3 4')
  })

  it('gives what the record says', async () => {
    const [, , third] = await snapshots(fixture.store)
    expect(third).toMatchObject({
      host: 'a',
      paths: ['/x'],
      tags: [],
      program: '3',
      entries: 1,
      totalBytes: 5,
    })
    expect(third!.time.toISOString()).toBe('2026-01-01T02:00:00.000Z')
    expect(third!.id.startsWith(third!.shortId)).toBe(true)
    expect('parent' in third!).toBe(false)
  })

  it('filters by host, by any of several tags, by all tags of one item, by all paths', async () => {
    expect(await names({ hosts: ['a'] })).toBe('1 3')
    expect(await names({ hosts: ['a', 'b'], tags: [] })).toBe('1 2 3 4')
    expect(await names({ tags: ['red', 'blue'] })).toBe('1 2 4')
    expect(await names({ tags: ['red,blue'] })).toBe('2')
    expect(await names({ tags: [''] })).toBe('3')
    expect(await names({ paths: ['/y'] })).toBe('2 4')
    expect(await names({ paths: ['/x/', '/y'] })).toBe('2 4')
    expect(await names({ hosts: ['b'], tags: ['red'] })).toBe('2')
  })

  it('gives the newest of each host and paths, in whatever order these were named', async () => {
    expect(await names({ latest: 1 })).toBe('3 4')
    expect(await names({ latest: 1, tags: ['red'] })).toBe('1 2')
    expect(await names({ latest: 5 })).toBe('1 2 3 4')
  })

  it('tells of records that it cannot read', async () => {
    await using damaged = await RepositoryFixture.create()
    await damaged.snapshot({})
    const name = `snapshots/${'e'.repeat(32)}`
    await damaged.backend.create(name, Buffer.from('garbage'))
    const unreadable: string[] = []
    const found = await snapshots(damaged.store, { onUnreadable: (record) => unreadable.push(record.name) })
    expect(found).toHaveLength(1)
    expect(unreadable).toEqual([name])
  })
})
