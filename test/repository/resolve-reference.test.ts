import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryBackend } from '../../src/backend/memory-backend.js'
import type { ByteString } from '../../src/bytes/byte-string.js'
import type { SnapshotId } from '../../src/format/ids.js'
import { snapshotName } from '../../src/format/names.js'
import type { Snapshot } from '../../src/format/snapshot.js'
import { resolveByteReference, resolveReference } from '../../src/repository/resolve-reference.js'
import { RepositoryFixture } from '../repository-fixture.js'

const idOf = (start: string): SnapshotId => start.padEnd(32, '0') as SnapshotId

describe('resolveReference', () => {
  let fixture: RepositoryFixture
  let oldest: Snapshot
  const resolve = async (reference: string) => {
    const { snapshot, path } = await resolveReference(fixture.store, reference)
    return `${snapshot.id.slice(0, 4)}:${path}`
  }

  beforeAll(async () => {
    fixture = await RepositoryFixture.create()
    oldest = await fixture.snapshot({}, { id: idOf('ab10'), host: 'one' })
    await fixture.snapshot({}, { id: idOf('cd30'), host: 'two' })
    const newest = await fixture.snapshot({}, { id: idOf('ab20'), host: 'two' })
    await fixture.snapshot({}, { id: idOf('0020'), host: 'two', time: newest.time })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  it('takes a whole id and any unique beginning of it', async () => {
    expect(await resolve(oldest.id)).toBe('ab10:')
    expect(await resolve('c')).toBe('cd30:')
    expect(await resolve('AB1')).toBe('ab10:')
  })

  it('takes the newest for `latest`, of one time the one with the highest id', async () => {
    expect(await resolve('latest')).toBe('ab20:')
    const found = await resolveReference(fixture.store, 'latest', ({ host }) => host === 'one')
    expect(found.snapshot.id).toBe(oldest.id)
  })

  it('normalises the path', async () => {
    expect(await resolve('c:')).toBe('cd30:')
    expect(await resolve('c:/')).toBe('cd30:')
    expect(await resolve('c:/a//b/./c/')).toBe('cd30:a/b/c')
    expect(await resolve('latest:./a/../b:c')).toBe('ab20:b:c')
    expect(await resolve('c:../../a')).toBe('cd30:a')
  })

  it('takes text as UTF-8, lone surrogates as bytes, and bytes as they are', async () => {
    expect(await resolve('c:ü')).toBe('cd30:\xc3\xbc')
    expect(await resolve('c:\udcff\udc80')).toBe('cd30:\xff\x80')
    expect((await resolveByteReference(fixture.store, 'c:\xff' as ByteString)).path).toBe('\xff')
    expect((await resolveReference(fixture.store, { snapshot: 'c', path: 'a/\xff' })).path).toBe('a/\xff')
  })

  it('names the candidates of an ambiguous beginning', async () => {
    await expect(resolve('ab')).rejects.toMatchObject({
      code: 'ambiguous',
      message: `"ab" fits several snapshots: ${idOf('ab10')} (2026-01-01T00:00:00Z), ${idOf('ab20')} (2026-01-01T02:00:00Z)`,
    })
  })

  it('says `not-found` for what no id begins with', async () => {
    for (const reference of ['ff', 'x', `${idOf('ab10')}0`, 'Latest:a'])
      await expect(resolve(reference)).rejects.toMatchObject({ code: 'not-found' })
    await expect(resolveReference(fixture.store, 'latest', () => false)).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('refuses a reference without an id, and a path with NUL', async () => {
    for (const reference of ['', ':a', 'c:a\0b'])
      await expect(resolve(reference)).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  it('tells of unreadable records where `latest` was asked for, and fails where one was named', async () => {
    const backend = new MemoryBackend()
    await using damaged = await RepositoryFixture.create({ backend })
    await expect(resolveReference(damaged.store, 'latest')).rejects.toMatchObject({ code: 'not-found' })
    const { id } = await damaged.snapshot({})
    const name = snapshotName(idOf('ee'))
    await backend.create(name, Buffer.from('garbage'))
    const found = await resolveReference(damaged.store, 'latest')
    expect(found.snapshot.id).toBe(id)
    expect(found.unreadable.map((record) => record.name)).toEqual([name])
    await expect(resolveReference(damaged.store, 'ee00')).rejects.toMatchObject({ code: 'corrupt' })
  })
})
