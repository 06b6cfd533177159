import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ByteString } from '../../../src/bytes/byte-string.js'
import { EntryType } from '../../../src/format/entry.js'
import type { Snapshot } from '../../../src/format/snapshot.js'
import { type EntriesOptions, entries } from '../../../src/operations/entries/entries.js'
import { collect, directory, RepositoryFixture, symlink } from '../../repository-fixture.js'

describe('entries', () => {
  let fixture: RepositoryFixture
  let snapshot: Snapshot
  const paths = async (path: string, options: EntriesOptions = {}) =>
    (await collect(entries(fixture.store, `${snapshot.id}:${path}`, options)))
      .map((entry) => entry.path)
      .join(' ')

  beforeAll(async () => {
    fixture = await RepositoryFixture.create()
    snapshot = await fixture.snapshot({
      'b/c/d': 'four',
      'b/a': 'x',
      'b!': 'y',
      empty: directory(),
      link: symlink('b/ü'),
      device: { type: EntryType.blockDevice, content: { major: 8, minor: 1 } },
      'latin1:\xff': {
        file: ['12'],
        flags: 1,
        links: 2,
        inode: 7,
        xattrs: [{ name: 'user.x' as ByteString, value: Buffer.from('v') }],
      },
    })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  it('lists what stands in the root or in a directory', async () => {
    expect(await paths('')).toBe('b b! device empty link \xff')
    expect(await paths('/b/')).toBe('b/a b/c')
    expect(await paths('empty')).toBe('')
  })

  it('lists everything below where it is told to', async () => {
    expect(await paths('', { recursive: true })).toBe('b b! device empty link \xff b/a b/c b/c/d')
    expect(await paths('b', { recursive: true })).toBe('b/a b/c b/c/d')
  })

  it('lists a file as itself', async () => {
    expect(await paths('b/c/d')).toBe('b/c/d')
    expect(await paths('link', { recursive: true })).toBe('link')
  })

  it('gives every attribute', async () => {
    const [found] = await collect(entries(fixture.store, { snapshot: snapshot.id, path: '\xff' }))
    expect(found).toEqual({
      path: '\xff',
      name: '\xff',
      type: 'file',
      mode: 0o644,
      uid: 1000,
      gid: 1000,
      user: 'user',
      group: 'users',
      sizeBytes: 2,
      mtime: new Date(1_700_000_000_123),
      mtimeNs: 1_700_000_000_123_456_789n,
      ctimeNs: 1_700_000_000_000_000_000n,
      inode: 7,
      links: 2,
      flags: { changedWhileRead: true },
      xattrs: ['user.x'],
    })
    const [link] = await collect(entries(fixture.store, `${snapshot.id}:link`))
    expect(link).toMatchObject({ type: 'symlink', linkTarget: 'b/\xc3\xbc', sizeBytes: 0 })
  })

  it('names path and snapshot where there is nothing', async () => {
    await expect(paths('b/none')).rejects.toMatchObject({
      code: 'not-found',
      message: `snapshot ${snapshot.id.slice(0, 8)} has no entry b/none`,
    })
  })
})
