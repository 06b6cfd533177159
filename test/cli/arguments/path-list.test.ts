import { describe, expect, it } from 'vitest'
import { pathsIn, readPathList } from '../../../src/cli/arguments/path-list.js'

const texts = (paths: readonly Buffer[]): string[] => paths.map((path) => path.toString('latin1'))

describe('a list of paths', () => {
  const listed = Buffer.from(' a \n#b\n\nc\r\n #d\n./#e\n\xff', 'latin1')

  it('has one path a line, exactly as it stands, and comments between them', () => {
    expect(texts(pathsIn(listed, 'lines'))).toEqual([' a ', 'c\r', ' #d', './#e', '\xff'])
  })

  it('has no comments where its lines are taken verbatim', () => {
    expect(texts(pathsIn(listed, 'verbatim'))).toEqual([' a ', '#b', 'c\r', ' #d', './#e', '\xff'])
  })

  it('may hold line ends in names when NUL bytes end them', () => {
    expect(texts(pathsIn(Buffer.from('a\nb\0#c\0'), 'raw'))).toEqual(['a\nb', '#c'])
  })

  it('comes from standard input for -', async () => {
    const stdin = (async function* () {
      yield Buffer.from('on')
      yield Buffer.from('e\ntwo')
    })()
    expect(texts(await readPathList('-', 'lines', stdin))).toEqual(['one', 'two'])
  })

  it('that cannot be read is an error that names it', async () => {
    const nothing = (async function* () {})()
    await expect(readPathList('/nonexistent/list', 'lines', nothing)).rejects.toThrow('/nonexistent/list')
  })
})
