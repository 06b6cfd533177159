import { describe, expect, it } from 'vitest'
import { readPathList, splitPaths } from '../../../src/cli/arguments/path-list.js'

const texts = (paths: readonly Buffer[]): string[] => paths.map((path) => path.toString('latin1'))

describe('a list of paths', () => {
  it('has one path a line, exactly as it stands', () => {
    expect(texts(splitPaths(Buffer.from(' a \n#b\n\nc\r\n\xff', 'latin1'), '\n'))).toEqual([
      ' a ',
      '#b',
      'c\r',
      '\xff',
    ])
  })

  it('may hold line ends in names when NUL bytes end them', () => {
    expect(texts(splitPaths(Buffer.from('a\nb\0c\0'), '\0'))).toEqual(['a\nb', 'c'])
  })

  it('comes from standard input for -', async () => {
    const stdin = (async function* () {
      yield Buffer.from('on')
      yield Buffer.from('e\ntwo')
    })()
    expect(texts(await readPathList('-', '\n', stdin))).toEqual(['one', 'two'])
  })

  it('that cannot be read is an error that names it', async () => {
    const nothing = (async function* () {})()
    await expect(readPathList('/nonexistent/list', '\n', nothing)).rejects.toThrow('/nonexistent/list')
  })
})
