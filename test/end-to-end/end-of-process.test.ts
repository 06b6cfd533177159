import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Place } from './varve.js'

/** Whoever syncs stderr at the very end is told that it cannot be, as of a log on a broken disk. */
const breakStderr = `import fs from 'node:fs'
process.once('exit', () => fs.closeSync(2))`

test('a command ends where stderr cannot be synced', { timeout: 20_000 }, async () => {
  using place = new Place()
  mkdirSync(place.at('source'))
  writeFileSync(place.at('source', 'file'), 'content')
  writeFileSync(place.at('before.mjs'), breakStderr)
  await place.varve(['init'])
  const { code, stdout } = await place.varve(['backup', place.at('source')], {
    before: place.at('before.mjs'),
  })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^snapshot [0-9a-f]{8} made/)
})
