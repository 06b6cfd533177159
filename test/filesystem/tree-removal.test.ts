import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { finishRemovals, removeTree } from '../../src/filesystem/tree-removal.js'
import { temporaryDirectory } from './temporary-directory.js'

test('removals that were cut short are finished, and nothing else goes', () => {
  const parent = temporaryDirectory()
  const outside = temporaryDirectory()
  writeFileSync(join(outside, 'kept'), 'kept')
  const kept = ['one', 'one.removed-mine', 'two.removed-0123456789ab', 'one.removed-0123456789ab.txt']
  for (const name of [...kept, 'one.removed-0123456789ab', 'one.removed-ba9876543210'])
    mkdirSync(join(parent, name, 'index'), { recursive: true })
  symlinkSync(outside, join(parent, 'one.removed-0123456789ab', 'link'))
  finishRemovals(join(parent, 'one'))
  expect(readdirSync(parent).sort()).toEqual(kept.sort())
  expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept')
})

test('where there is no folder nothing is to be finished', () => {
  expect(() => finishRemovals(join(temporaryDirectory(), 'none', 'one'))).not.toThrow()
})

test('what was set aside is removed under the name that it has, so that a second kill leaves nothing unknown', async () => {
  const parent = temporaryDirectory()
  const aside = join(parent, 'one.removed-0123456789ab')
  mkdirSync(join(aside, 'index'), { recursive: true })
  await removeTree(aside, () => {
    throw new Error('it gets no other name')
  })
  expect(readdirSync(parent)).toEqual([])
})
