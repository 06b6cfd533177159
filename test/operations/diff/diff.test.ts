import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryBackend } from '../../../src/backend/memory-backend.js'
import type { ByteString } from '../../../src/bytes/byte-string.js'
import { EntryType } from '../../../src/format/entry.js'
import type { Snapshot } from '../../../src/format/snapshot.js'
import { type DiffOptions, diff } from '../../../src/operations/diff/diff.js'
import { collect, directory, type PlannedTree, RepositoryFixture, symlink } from '../../repository-fixture.js'

describe('diff', () => {
  let fixture: RepositoryFixture
  let before: Snapshot
  let after: Snapshot
  const large = Buffer.alloc(60_000, 'large')
  const common: PlannedTree = { same: 'same', 'd/same': 'x', 'd/large': large, link: symlink('a') }
  const lines = async (a: string, b: string, options: DiffOptions = {}) =>
    (await collect(diff(fixture.store, a, b, options))).map(({ kind, path }) => `${kind} ${path}`)

  beforeAll(async () => {
    fixture = await RepositoryFixture.create()
    before = await fixture.snapshot({
      ...common,
      'd/gone': '1',
      'd/content': 'before',
      'd/list': Buffer.alloc(40_000, 'before'),
      'd/mode': 'x',
      'd/xattr': 'x',
      'd/kind': 'x',
      'old/a': 'x',
      ctime: { file: ['x'], ctimeSeconds: 1, inode: 1, links: 1 },
    })
    after = await fixture.snapshot({
      ...common,
      'd/new': '1',
      'd/content': 'beyond',
      'd/list': Buffer.alloc(40_000, 'beyond'),
      'd/mode': { file: ['x'], mode: 0o600 },
      'd/xattr': { file: ['x'], xattrs: [{ name: 'user.a' as ByteString, value: Buffer.from('b') }] },
      'd/kind': directory(),
      link: symlink('b'),
      ctime: { file: ['x'], ctimeSeconds: 2, inode: 2, links: 3 },
    })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  it('says of every entry what became of it', async () => {
    expect(await lines(before.id, after.id)).toEqual([
      'modified link',
      'removed old',
      'modified d/content',
      'removed d/gone',
      'type d/kind',
      'modified d/list',
      'metadata d/mode',
      'added d/new',
      'metadata d/xattr',
      'removed old/a',
    ])
  })

  it('gives both entries', async () => {
    const all = await collect(diff(fixture.store, before.id, after.id))
    const ofPath = (path: string) => all.find((difference) => difference.path === path)!
    expect(ofPath('d/content')).toMatchObject({
      before: { sizeBytes: 6 },
      after: { sizeBytes: 6, path: 'd/content' },
    })
    expect('before' in ofPath('d/new')).toBe(false)
    expect('after' in ofPath('d/gone')).toBe(false)
  })

  it('is empty for a snapshot and itself', async () => {
    expect(await lines(before.id, `${before.id.slice(0, 20)}`)).toEqual([])
  })

  it('looks only below a path, which the references may name too', async () => {
    const below = (await lines(before.id, after.id)).filter((line) => line.includes(' d/'))
    expect(await lines(before.id, after.id, { path: '/d/' })).toEqual(below)
    expect(await lines(`${before.id}:d`, `${after.id}:d`)).toEqual(below)
    expect(await lines(`${before.id}:d`, `${after.id}:d`, { path: 'mode' })).toEqual(['metadata d/mode'])
    expect(await lines(before.id, after.id, { path: 'old' })).toEqual(['removed old', 'removed old/a'])
    expect(await lines(before.id, after.id, { path: 'same' })).toEqual([])
  })

  it('refuses a path that neither has, and two different paths', async () => {
    await expect(lines(before.id, after.id, { path: 'none' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(lines(`${before.id}:d`, `${after.id}:old`)).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })

  it('reads little of two large trees that differ in one file', async () => {
    const backend = new MemoryBackend()
    await using large = await RepositoryFixture.create({ backend })
    const tree: Record<string, string> = {}
    for (let file = 0; file < 5000; file++) tree[`d${file % 50}/f${file}`] = String(file)
    const a = await large.snapshot(tree)
    const b = await large.snapshot({ ...tree, 'd7/f7': 'changed' })
    const { reader } = large.store
    let nodes = 0
    const get = reader.get.bind(reader)
    reader.get = (id, kind) => {
      nodes++
      return get(id, kind)
    }
    const found = await collect(diff(large.store, a.id, b.id))
    expect(found.map(({ path }) => path)).toEqual(['d7/f7'])
    expect(nodes).toBeLessThan(10)
  })

  it('keeps the device numbers in mind', async () => {
    const device = (minor: number) => ({ type: EntryType.characterDevice, content: { major: 1, minor } })
    const a = await fixture.snapshot({ device: device(1) })
    const b = await fixture.snapshot({ device: device(2) })
    expect(await lines(a.id, b.id)).toEqual(['modified device'])
  })
})
