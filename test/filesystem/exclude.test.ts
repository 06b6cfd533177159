import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { byteStringOfText } from '../../src/bytes/byte-string.js'
import {
  cacheDirectoryMark,
  directoryMarkOf,
  excludeLargerThan,
  excludeMarked,
} from '../../src/filesystem/exclude-marked.js'
import { excludeByPatterns, excludePatternsOf } from '../../src/filesystem/exclude-patterns.js'
import { walk } from '../../src/filesystem/walk.js'
import { joinFilters, type WalkFilter } from '../../src/filesystem/walk-filter.js'
import { temporaryDirectory } from './temporary-directory.js'

const tree = (files: Record<string, string>): string => {
  const top = temporaryDirectory()
  for (const [path, content] of Object.entries(files)) {
    fs.mkdirSync(`${top}/${path.slice(0, path.lastIndexOf('/') + 1)}`, { recursive: true })
    fs.writeFileSync(`${top}/${path}`, content)
  }
  return top
}

const left = (top: string, filter: WalkFilter): string[] => {
  const root = { diskPath: byteStringOfText(top), treePath: [] }
  const fail = (_: unknown, error: unknown) => {
    throw error
  }
  return [...walk([root], filter, fail)].map(
    ({ directory, name }) => (directory ? `${directory}/` : '') + name,
  )
}

const withPatterns = (top: string, ...patterns: string[]): string[] =>
  left(top, excludeByPatterns(excludePatternsOf(patterns.join('\n')), byteStringOfText('/')))

describe('exclude patterns', () => {
  const files = { 'a.tmp': '', 'src/b.tmp': '', 'src/c.ts': '', 'src/build/x': '', 'deep/src/build/y': '' }

  it('match a name at any depth', () => {
    expect(withPatterns(tree(files), '*.tmp', 'build')).toEqual(['deep', 'src', 'deep/src', 'src/c.ts'])
  })

  it('with a slash inside match at any depth too', () => {
    const expected = ['a.tmp', 'deep', 'src', 'deep/src', 'src/b.tmp', 'src/c.ts']
    expect(withPatterns(tree(files), 'src/build')).toEqual(expected)
  })

  it('with a leading slash match the path on the disk, and only that one', () => {
    const top = tree(files)
    const expected = ['a.tmp', 'deep', 'deep/src', 'deep/src/build', 'deep/src/build/y']
    expect(withPatterns(top, `${top}/src`, '/deep')).toEqual(expected)
  })

  it('with a leading slash may have wildcards anywhere and a space inside', () => {
    const top = tree({ 'a b/x1/f': '', 'a b/y': '', 'c/d/e/f': '', 'c/g': '' })
    expect(withPatterns(top, `${top}/a b/x?`)).toEqual([
      'a b',
      'c',
      'a b/y',
      'c/d',
      'c/g',
      'c/d/e',
      'c/d/e/f',
    ])
    expect(withPatterns(top, `${top}/c/**/f`, '/**/y', `${top}/*/x1/`)).toEqual([
      'a b',
      'c',
      'c/d',
      'c/g',
      'c/d/e',
    ])
    expect(withPatterns(top, `${top}/c/*`, `${top}/a*/`)).toEqual(['c'])
  })

  it('with a slash at the end match directories only', () => {
    const top = tree({ 'x/cache/f': '', 'y/cache': '' })
    expect(withPatterns(top, 'cache/')).toEqual(['x', 'y', 'y/cache'])
  })

  it('can be taken back by a later one, also one of another kind', () => {
    const top = tree({ 'a.log': '', 'b.log': '', 'c.log': '' })
    expect(withPatterns(top, '*.log', '!b.log', `!${top}/c.log`)).toEqual(['b.log', 'c.log'])
    expect(withPatterns(top, `!${top}/c.log`, '*.log')).toEqual([])
  })

  it('regard case unless told otherwise', () => {
    const top = tree({ 'A.TMP': '', 'b.tmp': '' })
    const filter = excludeByPatterns([{ pattern: '*.tmp', ignoreCase: true }], byteStringOfText('/'))
    expect(left(top, filter)).toEqual([])
    expect(withPatterns(top, '*.tmp')).toEqual(['A.TMP'])
  })

  it('from a file leave comments and empty lines away, one from the command line may begin with #', () => {
    expect(excludePatternsOf('# comment\n\n*.o\r\n')).toEqual([{ pattern: '*.o', ignoreCase: false }])
    const filter = excludeByPatterns([{ pattern: '#*#', ignoreCase: false }], byteStringOfText('/'))
    expect(left(tree({ '#a#': '', b: '' }), filter)).toEqual(['b'])
  })

  it('match a relative path on the disk as the absolute path that it is', () => {
    const filter = excludeByPatterns(
      [{ pattern: '/home/u/tmp', ignoreCase: false }],
      byteStringOfText('/home/v'),
    )
    const found = (path: string) => ({
      path: byteStringOfText(path),
      directory: byteStringOfText(''),
      name: byteStringOfText('tmp'),
    })
    expect(filter.excludeName!(found('../u/tmp'))).toBe(true)
    expect(filter.excludeName!(found('tmp'))).toBe(false)
  })

  it('that are hostile do not hang', () => {
    const name = 'a'.repeat(200)
    const patterns = [
      `${'*a'.repeat(60)}b`,
      `${'**/'.repeat(60)}b`,
      `${'a*'.repeat(60)}[!a]`,
      `${'?*'.repeat(80)}z`,
    ]
    const filter = excludeByPatterns(
      patterns.map((pattern) => ({ pattern, ignoreCase: true })),
      byteStringOfText('/'),
    )
    const directory = byteStringOfText(`${name}/`.repeat(8).slice(0, -1))
    const path = byteStringOfText(`/${directory}/${name}`)
    expect(filter.excludeName!({ path, directory, name: byteStringOfText(name) })).toBe(false)
  })

  it('give the same answers after very many questions', () => {
    const filter = excludeByPatterns(excludePatternsOf('*7'), byteStringOfText('/'))
    const numbers = Array.from({ length: 50_000 }, (_, at) => byteStringOfText(`${at}`))
    const directory = byteStringOfText('d')
    const kept = numbers.filter((name) => !filter.excludeName!({ path: name, directory, name }))
    expect(kept).toEqual(numbers.filter((name) => !name.endsWith('7')))
  })
})

describe('marked directories', () => {
  const signature = 'Signature: 8a477f597d28d172789f06886806bc55\n# more'

  it('keep only their mark', () => {
    const top = tree({ 'cache/CACHEDIR.TAG': signature, 'cache/data': '', 'cache/sub/x': '', 'other/y': '' })
    const expected = ['cache', 'other', 'cache/CACHEDIR.TAG', 'other/y']
    expect(left(top, excludeMarked([cacheDirectoryMark]))).toEqual(expected)
  })

  it('need the signature, not just the name', () => {
    const top = tree({ 'cache/CACHEDIR.TAG': signature.slice(1), 'cache/data': '' })
    expect(left(top, excludeMarked([cacheDirectoryMark]))).toEqual([
      'cache',
      'cache/CACHEDIR.TAG',
      'cache/data',
    ])
  })

  it('can have a mark of any name, with or without a header', () => {
    const top = tree({
      'a/.nobackup': '',
      'a/x': '',
      'b/.mark': 'no: really',
      'b/x': '',
      'c/.mark': 'yes',
      'c/x': '',
    })
    const marks = [directoryMarkOf('.nobackup'), directoryMarkOf('.mark:no:')]
    expect(left(top, excludeMarked(marks))).toEqual([
      'a',
      'b',
      'c',
      'a/.nobackup',
      'b/.mark',
      'c/.mark',
      'c/x',
    ])
  })

  it('are not named by a path', () => {
    expect(() => directoryMarkOf('a/b')).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
    expect(() => directoryMarkOf(':x')).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })
})

describe('filters together', () => {
  it('leave out what any of them leaves out', () => {
    const top = tree({ big: 'x'.repeat(11), exact: 'x'.repeat(10), 'small.tmp': '' })
    const patterns = excludeByPatterns(excludePatternsOf('*.tmp'), byteStringOfText('/'))
    expect(left(top, joinFilters([patterns, excludeLargerThan(10)]))).toEqual(['exact'])
  })
})

describe('a root below something excluded', () => {
  it('is excluded with it, as if the walk had begun above', () => {
    const top = tree({ 'build/src/a': '', 'x/y/a': '' })
    const filter = (pattern: string) =>
      excludeByPatterns([{ pattern, ignoreCase: false }], byteStringOfText('/'))
    const root = (path: string) => ({
      diskPath: byteStringOfText(`${top}/${path}`),
      treePath: path.split('/').map(byteStringOfText),
    })
    const namesLeft = (path: string, pattern: string) =>
      [...walk([root(path)], filter(pattern), () => undefined)].map(({ name }) => name)
    expect(namesLeft('build/src', 'build')).toEqual(['build'])
    expect(namesLeft('x/y', 'x/y')).toEqual(['x'])
    expect(namesLeft('x/y', `${top}/x`)).toEqual(['x'])
    expect(namesLeft('x/y', 'build')).toEqual(['x', 'y', 'a'])
  })
})
