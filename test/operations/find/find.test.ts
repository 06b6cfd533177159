import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/format/snapshot.js'
import { type FindOptions, find } from '../../../src/operations/find/find.js'
import { collect, type Planned, RepositoryFixture, symlink } from '../../repository-fixture.js'

describe('find', () => {
  let fixture: RepositoryFixture
  let first: Snapshot
  let second: Snapshot
  const paths = async (pattern: string | string[], options: FindOptions = {}) => {
    const found = await collect(find(fixture.store, [pattern].flat(), { snapshots: [second.id], ...options }))
    return found.map(({ path }) => path).join(' ')
  }

  beforeAll(async () => {
    fixture = await RepositoryFixture.create()
    const tree = {
      'src/main.ts': '1',
      'src/cli/main.ts': '2',
      'src/cli/Main.TS': '2',
      'doc/src/note.md': '3',
      'main.ts': '4',
      'doc/ü.md': '5',
      'latin1:doc/\xfc.md': '6',
      'a*': '7',
    }
    first = await fixture.snapshot({ ...tree, 'old.ts': '0' }, { host: 'one', tags: ['x'] })
    second = await fixture.snapshot(tree, { host: 'two' })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  it('matches a pattern without a slash with the name, at any depth', async () => {
    expect(await paths('main.ts')).toBe('main.ts src/main.ts src/cli/main.ts')
    expect(await paths('*.md')).toBe('doc/\xc3\xbc.md doc/\xfc.md doc/src/note.md')
    expect(await paths('src')).toBe('src doc/src')
    expect(await paths('a\\*')).toBe('a*')
  })

  it('matches a pattern with a slash with the path, at any depth unless it begins with one', async () => {
    expect(await paths('src/*')).toBe('doc/src/note.md src/cli src/main.ts')
    expect(await paths('/src/*')).toBe('src/cli src/main.ts')
    expect(await paths('/main.ts')).toBe('main.ts')
    expect(await paths('src/**/main.ts')).toBe('src/main.ts src/cli/main.ts')
    expect(await paths('/src/**')).toBe('src/cli src/main.ts src/cli/Main.TS src/cli/main.ts')
  })

  it('finds only directories for a pattern that ends with a slash', async () => {
    expect(await paths('*/')).toBe('doc src doc/src src/cli')
    expect(await paths('/src/')).toBe('src')
  })

  it('takes several patterns, and ignores case where it is told to', async () => {
    expect(await paths(['note.*', 'a?'])).toBe('a* doc/src/note.md')
    expect(await paths('MAIN.ts', { ignoreCase: true })).toBe(
      'main.ts src/main.ts src/cli/Main.TS src/cli/main.ts',
    )
    expect(await paths('[M-M]ain.ts', { ignoreCase: true })).toBe(
      'main.ts src/main.ts src/cli/Main.TS src/cli/main.ts',
    )
  })

  it('counts a character of UTF-8 as one, and a byte that is none', async () => {
    expect(await paths('?.md')).toBe('doc/\xc3\xbc.md doc/\xfc.md')
    expect(await paths('ü.md')).toBe('doc/\xc3\xbc.md')
    expect(await paths('\udcfc.md')).toBe('doc/\xfc.md')
  })

  it('reports the matches of every snapshot, oldest first, within the filter', async () => {
    const found = async (options: FindOptions) =>
      (await collect(find(fixture.store, ['*.ts'], options))).map(
        ({ snapshot, path }) => `${snapshot === first.id ? 1 : 2}:${path}`,
      )
    const all = [
      '1:main.ts',
      '1:old.ts',
      '1:src/main.ts',
      '1:src/cli/main.ts',
      '2:main.ts',
      '2:src/main.ts',
      '2:src/cli/main.ts',
    ]
    expect(await found({})).toEqual(all)
    expect(await found({ snapshots: ['latest', first.id, first.id] })).toEqual(all)
    expect(await found({ hosts: ['one'] })).toEqual(all.slice(0, 4))
    expect(await found({ tags: ['x'] })).toEqual(all.slice(0, 4))
    expect(await found({ snapshots: [first.id], hosts: ['two'] })).toEqual([])
    expect(await found({ snapshots: [`${first.id}:src`] })).toEqual(['1:src/main.ts', '1:src/cli/main.ts'])
    expect(await found({ snapshots: [`${first.id}:src/main.ts`] })).toEqual(['1:src/main.ts'])
  })

  it('refuses no pattern and an empty one', async () => {
    for (const patterns of [[], [''], ['/'], ['a', '']])
      await expect(collect(find(fixture.store, patterns))).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  it('finds in trees of many nodes what a look at every entry finds, also in parts that earlier trees had too', async () => {
    const tree = (edits: readonly number[]) => {
      const planned: Record<string, Planned> = {}
      for (let entry = 0; entry < 400; entry++)
        planned[`d${entry % 4}/${edits.includes(entry) ? 'wanted' : 'other'}${entry}`] = symlink(
          'x'.repeat(80),
        )
      return planned
    }
    const edits = fc.array(fc.nat(399), { maxLength: 3 })
    const scope = fc.constantFrom('', ':d1', ':d3')
    await fc.assert(
      fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 4 }), scope, async (editsOfTrees, path) => {
        await using many = await RepositoryFixture.create()
        const expected: string[] = []
        const references: string[] = []
        for (const edited of editsOfTrees) {
          const { id } = await many.snapshot(tree(edited))
          references.push(`${id}${path}`)
          const names = Object.keys(tree(edited)).filter(
            (name) => name.includes('wanted') && name.startsWith(path.slice(1)),
          )
          expected.push(...names.sort().map((name) => `${id}:${name}`))
        }
        const found = await collect(find(many.store, ['wanted*'], { snapshots: references }))
        expect(found.map((entry) => `${entry.snapshot}:${entry.path}`)).toEqual(expected)
      }),
      { numRuns: 15 },
    )
  })

  it('reads shared parts without a match once', async () => {
    await using many = await RepositoryFixture.create()
    const tree: Record<string, Planned> = {}
    for (let entry = 0; entry < 2000; entry++) tree[`f${entry}`] = symlink(`to ${entry}`)
    for (let snapshot = 0; snapshot < 5; snapshot++) await many.snapshot({ ...tree, [`g${snapshot}`]: 'x' })
    let seen = 0
    await collect(find(many.store, ['none'], { onProgress: ({ filesDone }) => (seen = filesDone) }))
    expect(seen).toBeLessThan(3000)
  })
})
