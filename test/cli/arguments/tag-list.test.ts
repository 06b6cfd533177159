import { expect, it } from 'vitest'
import { tagsOf } from '../../../src/cli/arguments/tag-list.js'

it('takes several tags from one item, and leaves out what names none', () => {
  expect(tagsOf(['daily,home', 'a b', ' x , ', ''])).toEqual(['daily', 'home', 'a b', 'x'])
})
