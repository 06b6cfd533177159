import { expect, it } from 'vitest'
import { tagsOf } from '../../../src/operations/backup/tags-of.js'

it('A tag that no filter could ask for is refused', () => {
  expect(tagsOf(['daily', 'two words', 'é'])).toEqual(['daily', 'two words', 'é'])
  for (const tag of ['a,b', ',', '', ' a', 'a\n'])
    expect(() => tagsOf(['daily', tag])).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})
